import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/**
 * PGlite in a thread of its own, because a statement blocks the thread that it runs in. It speaks the wire protocol: bytes of a client
 * come in, the server's answer to all of them goes out as one message, so a statement costs one hop there and one back.
 */
export interface WorkerInput {
  /** The folder of the database; null keeps it in memory. */
  folder: string | null;
  /** A dump to begin with, plain or gzipped tar. */
  dump: Uint8Array<ArrayBuffer> | null;
}
export type ToWorker = Uint8Array | { dump: 'none' | 'gzip' } | 'close';
export type FromWorker = Uint8Array | 'ready' | 'closed' | { dump: Uint8Array } | { failed: unknown };

const port = parentPort;
if (!port) throw new Error('pglite-worker.ts runs in a worker thread');

const { folder, dump } = workerData as WorkerInput;
const isGzip = dump?.[0] === 0x1f && dump[1] === 0x8b;
const loadDataDir = dump ? new Blob([dump], { type: isGzip ? 'application/gzip' : 'application/x-tar' }) : undefined;

const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

/** 24 MB of shared buffers in place of 128: an idle process takes 110 MB less, and the files lie in the system's cache anyway. */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=24MB'];
const pglite = await PGlite.create(folder ?? 'memory://', { startParams, ...(loadDataDir ? { loadDataDir } : {}) });

// One after another: a dump must not be overtaken by statements, nor closing by a dump.
let last = Promise.resolve();
port.on('message', (message: ToWorker) => {
  last = last.then(() => carryOut(message)).catch((failed: unknown) => send({ failed }));
});
send('ready');

async function carryOut(message: ToWorker): Promise<void> {
  if (message === 'close') {
    await pglite.close();
    send('closed');
    port?.close();
  } else if (message instanceof Uint8Array) {
    const chunks: Uint8Array[] = [];
    // The memory that a chunk lies in is used again by the next one, so it is copied. Files need no syncing: the folder is mounted as it is.
    await pglite.execProtocolRawStream(message, { syncToFs: false, onRawData: (chunk) => chunks.push(chunk.slice()) });
    const answer = joined(chunks);
    send(answer, [answer.buffer]);
  } else {
    const file = await pglite.dumpDataDir(message.dump);
    const bytes = new Uint8Array(await file.arrayBuffer());
    send({ dump: bytes }, [bytes.buffer]);
  }
}

function joined(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
