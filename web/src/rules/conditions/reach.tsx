import { Chooser } from '../chooser.tsx';
import { isKey } from '../lacks.ts';
import { nameIn, namedChoices, useWords } from '../vocabulary.ts';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

const channelsOf = (channels: string[]): { value: string; label: string }[] =>
  (channels.length === 0 ? ['email'] : channels).map((value) => ({ value, label: value }));

/** A recorded yes, to a purpose or to that of a topic. */
interface Wanted {
  purpose: string | undefined;
  topic: string | undefined;
}

export const consent: KindEditor<'consent'> = {
  name: 'their consent',
  group: 'How to reach them',
  blank: () => ({}),
  lead: ['have consent to', 'have no consent to'],
  title: (test, vocabulary) => test.purpose ?? (test.topic ? nameIn(vocabulary, 'topics', test.topic) : 'something'),
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    return (
      <>
        <Chooser<Wanted>
          label="Topic or purpose"
          text={test.topic ? nameIn(vocabulary, 'topics', test.topic) : (test.purpose ?? null)}
          ask="what"
          hint="Choose, or write a purpose"
          choices={[
            ...['marketing'].map((purpose) => ({ value: { purpose, topic: undefined }, label: purpose, group: 'Purposes' })),
            ...namedChoices(vocabulary, 'topics').map(({ value: topic, ...choice }) => ({
              ...choice,
              value: { topic, purpose: undefined },
              group: 'The purpose of a topic',
            })),
          ]}
          written={(text) =>
            isKey(text.trim()) ? [{ value: { purpose: text.trim(), topic: undefined }, label: text.trim(), group: 'Purposes' }] : []
          }
          onPick={(next) => onChange(next, 'change the consent')}
        />
        <Word>on</Word>
        <Chooser
          label="Channel"
          text={test.channel ?? 'email'}
          quiet={test.channel === undefined}
          choices={channelsOf(vocabulary.channels)}
          onPick={(channel) => onChange({ channel }, 'change the channel')}
        />
      </>
    );
  },
};

export const reachable: KindEditor<'reachable'> = {
  name: 'an address that works',
  group: 'How to reach them',
  blank: ({ channels }) => ({ channel: channels[0] ?? 'email' }),
  lead: ['can be reached by', 'cannot be reached by'],
  title: (test) => test.channel ?? 'a channel',
  Chips({ test, onChange }) {
    const { vocabulary } = useWords();
    return (
      <Chooser
        label="Channel"
        text={test.channel ?? null}
        ask="which channel"
        choices={channelsOf(vocabulary.channels)}
        onPick={(channel) => onChange({ channel }, `choose ${channel}`)}
      />
    );
  },
};
