import { Switch } from '@mantine/core';
import { SettingsFields } from './settings-form.tsx';
import { useSettings } from './use-settings.ts';

/** Whether opens and clicks are noticed. */
export function Tracking() {
  const form = useSettings();
  return (
    <SettingsFields form={form}>
      {(value) => (
        <>
          <Switch
            checked={value.trackClicks}
            onChange={(event) => form.set('trackClicks', event.currentTarget.checked)}
            label="Clicks"
            description="Links in mails lead over this server. Machines that open every link are told apart and not counted."
          />
          <Switch
            checked={value.trackOpens}
            onChange={(event) => form.set('trackOpens', event.currentTarget.checked)}
            label="Opens"
            description="A small image is put into each mail. Many mail programs load it by themselves, so opens are a hint and no proof."
          />
        </>
      )}
    </SettingsFields>
  );
}
