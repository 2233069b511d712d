import { Autocomplete, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { format } from '../parts/say-time.ts';
import { useNow } from '../session/workspace.tsx';
import { SettingsFields } from './settings-form.tsx';
import { useSettings } from './use-settings.ts';

const languages = [
  'en',
  'en-GB',
  'en-US',
  'de',
  'de-AT',
  'de-CH',
  'fr',
  'es',
  'it',
  'nl',
  'pt',
  'pt-BR',
  'pl',
  'cs',
  'sk',
  'hu',
  'ro',
  'hr',
  'sl',
  'sr',
  'da',
  'sv',
  'nb',
  'fi',
  'el',
  'tr',
  'uk',
  'ja',
  'ko',
  'zh',
];
const withNow = (list: string[], now: string): string[] => (list.includes(now) ? list : [now, ...list]);

const sayMoney = (language: string, currency: string): string | null => {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency }).format(1234.5);
  } catch {
    return null;
  }
};

/** Name, zone, language and currency. */
export function General() {
  const form = useSettings();
  const now = useNow();
  const zones = useMemo(() => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')], []);
  const currencies = useMemo(() => {
    const names = new Intl.DisplayNames('en', { type: 'currency' });
    return Intl.supportedValuesOf('currency').map((value) => ({ value, label: `${value}, ${names.of(value)}` }));
  }, []);
  return (
    <SettingsFields form={form}>
      {(value) => (
        <>
          <TextInput label="Name" {...form.text('name')} maxLength={100} autoComplete="off" />
          <Select
            label="Time zone"
            description={`Now ${format(value.language, value.zone, { weekday: 'long', hour: '2-digit', minute: '2-digit' }).format(now)}. Used where a person's own zone is not known.`}
            data={withNow(zones, value.zone)}
            value={value.zone}
            onChange={(next) => next && form.set('zone', next)}
            searchable
            allowDeselect={false}
            nothingFoundMessage="No zone is called that"
          />
          <Autocomplete
            label="Language"
            description={`A BCP 47 tag. Dates read ${format(value.language, value.zone, { day: 'numeric', month: 'long', year: 'numeric' }).format(now)}.`}
            data={languages}
            {...form.text('language')}
            onChange={(next) => form.set('language', next)}
          />
          <Select
            label="Currency"
            {...(sayMoney(value.language, value.currency)
              ? { description: `Money reads ${sayMoney(value.language, value.currency)}.` }
              : {})}
            data={
              currencies.some((row) => row.value === value.currency)
                ? currencies
                : [{ value: value.currency, label: value.currency }, ...currencies]
            }
            value={value.currency}
            onChange={(next) => next && form.set('currency', next)}
            searchable
            allowDeselect={false}
            nothingFoundMessage="No currency is called that"
          />
        </>
      )}
    </SettingsFields>
  );
}
