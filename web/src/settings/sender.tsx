import { Textarea, TextInput } from '@mantine/core';
import { To } from '../parts/address.tsx';
import { Section } from '../parts/page.tsx';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import { SettingsFields } from './settings-form.tsx';
import css from './settings.module.css';
import { TestMail } from './test-mail.tsx';
import { useSettings } from './use-settings.ts';

/** Who mail comes from. */
export function Sender() {
  const form = useSettings();
  const { mail } = useSession();
  const { practice } = useWorkspace();
  return (
    <>
      <SettingsFields form={form}>
        {(value) => (
          <>
            <TextInput
              label="Name"
              description="What stands before the address in a mail program"
              {...form.text('senderName')}
              maxLength={100}
              autoComplete="off"
              placeholder="Studio Nord"
            />
            <TextInput
              label="From address"
              description="Its domain should have SPF, DKIM and DMARC, or mail ends up in spam"
              type="email"
              {...form.text('senderEmail')}
              autoComplete="off"
              placeholder="hello@example.com"
            />
            <TextInput
              label="Replies go to"
              description="The From address when empty"
              type="email"
              {...form.text('replyTo')}
              autoComplete="off"
            />
            <Textarea
              label="Postal address"
              description="Stands at the foot of each marketing mail; the law asks for it in many countries"
              {...form.text('postalAddress')}
              autosize
              minRows={2}
              maxLength={500}
            />
            {value.senderName !== '' && value.senderEmail !== '' && (
              <p className={css.preview}>
                People see: <strong>{value.senderName}</strong> <span className="quiet">&lt;{value.senderEmail}&gt;</span>
              </p>
            )}
          </>
        )}
      </SettingsFields>
      <Section title="Mail server">
        {practice ? (
          <p className={`quiet ${css.note}`}>
            A practice workspace never lets mail leave. What it sends stands in the{' '}
            <To to="mailbox" className="text-link">
              mailbox
            </To>
            .
          </p>
        ) : mail === 'smtp' ? (
          <>
            <p className={`quiet ${css.note}`}>Mail leaves by the server in SMTP_URL. Send yourself one to see that it is taken.</p>
            <TestMail />
          </>
        ) : (
          <p className={`quiet ${css.note}`}>
            No mail server is set, so mails stay in the built-in{' '}
            <To to="mailbox" className="text-link">
              mailbox
            </To>
            . To let them leave, start the server with SMTP_URL, for example{' '}
            <code>SMTP_URL=smtps://user:password@mail.example.com:465</code>.
          </p>
        )}
      </Section>
    </>
  );
}
