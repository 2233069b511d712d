import { createServer } from 'node:net';

let taken = 0;
/** When the last mail was taken. */
let lastAt = 0;
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.write('220 sink ESMTP\r\n');
  let inData = false;
  let rest = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (;;) {
      if (inData) {
        const end = rest.indexOf('\r\n.\r\n');
        if (end < 0) {
          rest = rest.slice(-4);
          return;
        }
        rest = rest.slice(end + 5);
        inData = false;
        taken++;
        lastAt = Date.now();
        socket.write('250 2.0.0 taken\r\n');
      }
      const line = rest.indexOf('\r\n');
      if (line < 0) return;
      const command = rest.slice(0, line).toUpperCase();
      rest = rest.slice(line + 2);
      if (command.startsWith('EHLO')) socket.write('250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10485760\r\n');
      else if (command.startsWith('DATA')) {
        inData = true;
        socket.write('354 go on\r\n');
      } else if (command.startsWith('QUIT')) socket.end('221 bye\r\n');
      else socket.write('250 2.0.0 ok\r\n');
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port));
process.on('message', (what) => process.send?.(what === 'last' ? lastAt : taken));
process.on('disconnect', () => process.exit(0));
