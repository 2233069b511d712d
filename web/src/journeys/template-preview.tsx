import type { Template } from '#contract/definition-bodies.ts';
import { isObject } from '#contract/json.ts';
import { Fragment } from 'react';
import { To } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import css from './journey-page.module.css';
import { SendTest } from './mail/send-test.tsx';

/** Bold as bold, links as their labels. */
const plainWords = (text: string) =>
  text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .split(/\*\*(.+?)\*\*/s)
    .map((part, index) => (index % 2 === 1 ? <strong key={index}>{part}</strong> : part));

/** Liquid stays as it is written, marked, so that one sees what is filled in for each person. */
function Words({ text }: { text: string }) {
  return text.split(/(\{\{.*?\}\}|\{%.*?%\})/gs).map((part, index) =>
    part.startsWith('{') ? (
      <span key={index} className={css.blank}>
        {part.replace(/^\{[{%]\s*|\s*[%}]\}$/g, '')}
      </span>
    ) : (
      <Fragment key={index}>{plainWords(part)}</Fragment>
    ),
  );
}

/** What the message says, as text. */
export function TemplatePreview({ template, topic }: { template: string; topic?: string }) {
  const definition = useRoute('getDefinition', { params: { kind: 'template', key: template } });
  if (definition.error) return <ProblemView problem={definition.error} />;
  if (!definition.data) return <Bones lines={4} />;
  const body = (definition.data.published ?? definition.data.draft) as Template;
  return (
    <Section
      title="What it says"
      action={
        definition.data.published === null ? (
          <Chip tone="warn">Draft</Chip>
        ) : (
          <To to={`definitions/template/${template}`} className="text-link">
            Version {definition.data.version}
          </To>
        )
      }
    >
      {!isObject(body) ? (
        <p className="faint">It is empty.</p>
      ) : body.channel === 'webhook' ? (
        <CodeBlock text={body.body} what="body of the webhook" wrap />
      ) : (
        <>
          <Mail body={body} />
          <div>
            <SendTest template={template} body={body} topic={topic} />
          </div>
        </>
      )}
    </Section>
  );
}

function Mail({ body }: { body: Extract<Template, { channel: 'email' }> }) {
  return (
    <div className={css.mail}>
      <div className={css.subject}>
        <strong>
          <Words text={body.subject ?? ''} />
        </strong>
        {body.preheader && (
          <span className="faint">
            <Words text={body.preheader} />
          </span>
        )}
      </div>
      {body.html !== undefined && (
        <p className="faint">
          A finished HTML body of {body.html.length.toLocaleString('en')} characters. Look at a sent one in the mailbox.
        </p>
      )}
      {body.blocks?.map((block, index) => {
        switch (block.block) {
          case 'heading':
            return (
              <h4 key={index}>
                <Words text={block.text} />
              </h4>
            );
          case 'text':
            return (
              <p key={index}>
                <Words text={block.text} />
              </p>
            );
          case 'button':
            return (
              <span key={index} className={css.button}>
                <Words text={block.label} />
              </span>
            );
          case 'image':
            return (
              <p key={index} className="faint">
                Image: {block.alt || block.source}
              </p>
            );
          default:
            return <hr key={index} />;
        }
      })}
    </div>
  );
}
