import { NumberInput } from '@mantine/core';
import { To } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Section } from '../parts/page.tsx';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import css from './settings.module.css';
import { SettingsFields } from './settings-form.tsx';
import { useSettings } from './use-settings.ts';

const stores = { postgres: 'Postgres', pglite: 'the embedded database, in the data folder' } as const;

/** How long things are kept, and how to take them along. */
export function Data() {
  const form = useSettings();
  const { database, version } = useSession();
  const { slug } = useWorkspace();
  return (
    <>
      <SettingsFields form={form}>
        {(value) => (
          <NumberInput
            label="Keep events for"
            suffix={value.eventRetentionDays === 1 ? ' day' : ' days'}
            min={1}
            max={3650}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
            styles={{ wrapper: { maxWidth: 180 } }}
            value={value.eventRetentionDays}
            description="Older events are deleted. What was concluded from them (stages, consents, messages) stays."
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            onChange={(next) => typeof next === 'number' && form.set('eventRetentionDays', next)}
          />
        )}
      </SettingsFields>
      <Section title="One person">
        <p className={`quiet ${css.note}`}>
          To erase somebody, open them in{' '}
          <To to="people" className="text-link">
            People
          </To>
          . A hash of a suppressed address stays, so that it is never mailed again.
        </p>
      </Section>
      <Section title="Take the definitions along">
        <CodeBlock text={`THROUGHLINE_WORKSPACE=${slug} npx throughline export definitions`} what="command" />
      </Section>
      <p className={`faint ${css.note}`}>
        Kept in {stores[database]}. Version {version}.
      </p>
    </>
  );
}
