import { type SinkMessage, smtpSink } from '../smtp-sink.ts';

/** The mail server that survives, and what it was handed, by the key that each mail carries. */
export interface Mail {
  url: string;
  /** X-Send-Key → how often that mail was taken, and for whom. */
  byKey(): Map<string, { times: number; to: string }>;
  count(): number;
  /** Called once, with the next `nth` mail: its final dot has been read and nothing has been answered yet. */
  onDot(nth: number, act: () => void): void;
  close(): Promise<void>;
}

export async function openMail(): Promise<Mail> {
  const sink = await smtpSink({ slowMs: 500 });
  let left = Number.POSITIVE_INFINITY;
  let act: () => void = () => undefined;
  // The sink adds a mail to this list when it has read its final dot, right before it answers.
  sink.messages = new (class extends Array<SinkMessage> {
    override push(...messages: SinkMessage[]): number {
      const length = super.push(...messages);
      if (--left === 0) act();
      return length;
    }
  })();
  return {
    url: sink.url,
    byKey() {
      const found = new Map<string, { times: number; to: string }>();
      for (const { raw, to } of sink.messages) {
        const key = /^X-Send-Key: (\S+)/im.exec(raw.subarray(0, 8_000).toString('latin1'))?.[1] ?? '(no key)';
        found.set(key, { times: (found.get(key)?.times ?? 0) + 1, to: to[0] ?? '' });
      }
      return found;
    },
    count: () => sink.messages.length,
    onDot(nth, what) {
      left = nth;
      act = what;
    },
    close: () => sink.close(),
  };
}
