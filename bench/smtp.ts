import { connect } from 'node:net';

const body = `From: Bench <bench@example.com>\r\nTo: person@example.com\r\nSubject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${'<p>Welcome, and thank you for signing up with us today.</p>\r\n'.repeat(110)}`;

/** Mails a second that a bare client reaches: ten connections, the envelope pipelined, a finished message of about 6 kB. What the wire and the sink allow. */
export async function bareSmtp(url: string, mails: number): Promise<number> {
  const { hostname, port } = new URL(url);
  const connections = 10;
  const each = Math.floor(mails / connections);
  const began = performance.now();
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(Number(port), hostname);
          socket.setNoDelay(true);
          socket.on('error', reject);
          let sent = 0;
          let rest = '';
          const next = (): void => {
            if (sent++ === each) socket.end('QUIT\r\n', () => resolve());
            else socket.write('MAIL FROM:<bench@example.com>\r\nRCPT TO:<person@example.com>\r\nDATA\r\n');
          };
          socket.on('data', (chunk) => {
            rest += chunk.toString('latin1');
            for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
              const line = rest.slice(0, end);
              rest = rest.slice(end + 2);
              if (line.startsWith('220')) socket.write('EHLO bench\r\n');
              else if (line.startsWith('354')) socket.write(`${body}\r\n.\r\n`);
              else if (line === '250 2.0.0 taken' || line.startsWith('250 SIZE')) next();
            }
          });
        }),
    ),
  );
  return (each * connections) / ((performance.now() - began) / 1000);
}
