import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLookup } from '../../../src/core/deliver/dns-lookup.js';
import { testHome } from '../../support/home.js';
import { ROOT, run } from '../../support/processes.js';

const lookup = (hostname: string, all: boolean) =>
  new Promise<unknown[]>((resolve) => {
    createLookup(new AbortController().signal)(hostname, { all }, (...answer) => resolve(answer));
  });

test('a lookup answers in the form that was asked for', async () => {
  expect(await lookup('localhost', true)).toEqual([null, [{ address: '127.0.0.1', family: 4 }]]);
  expect(await lookup('localhost', false)).toEqual([null, '127.0.0.1', 4]); // hosts that turned off Happy Eyeballs
});

test('a lookup ends when it is aborted', async () => {
  const control = new AbortController();
  const answer = new Promise<NodeJS.ErrnoException | null>((resolve) => {
    createLookup(control.signal)('name.invalid', { all: true }, (error) => resolve(error));
  });
  control.abort();
  expect((await answer)?.code).toBe('ENOTFOUND');
});

const canUnshare = process.getuid?.() === 0;
if (!canUnshare) process.stderr.write('SKIPPED: the name server of its own needs root for unshare(1)\n');

/** A name server that knows one name, in a mount namespace with a resolv.conf of its own; prints what it was asked for. */
const SOURCE = `
  import { createSocket } from 'node:dgram';
  import { createLookup } from '${ROOT}src/core/deliver/dns-lookup.ts';
  const [known, wanted] = process.argv.slice(2);
  const asked = [];
  const server = createSocket('udp4', (question, from) => {
    let at = 12;
    const labels = [];
    for (; question[at] !== 0; at += question[at] + 1) labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
    const name = labels.join('.');
    const isKnown = name === known && question.readUInt16BE(at + 1) === 1;
    if (question.readUInt16BE(at + 1) === 1) asked.push(name);
    const answer = Buffer.from(question.subarray(0, at + 5));
    answer.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
    answer.writeUInt16BE(isKnown ? 1 : 0, 6);
    const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 9]);
    server.send(Buffer.concat([answer, ...(isKnown ? [address] : [])]), from.port, from.address);
  });
  server.bind(53, '127.0.0.53', () => {
    createLookup(new AbortController().signal)(wanted, { all: true }, (error, addresses) => {
      console.log(JSON.stringify({ asked, addresses, code: error?.code }));
      server.close();
    });
  });`;

test.runIf(canUnshare).each([
  ['a name that resolves is asked for as it is', 'in.example', 'in.example', ['in.example'], undefined],
  ['a short name below a search domain', 'posthog.one.test', 'posthog', ['posthog', 'posthog.one.test'], undefined],
  [
    'a name that nobody knows',
    'x.test',
    'gone.example',
    ['gone.example', 'gone.example.one.test', 'gone.example.two.test'],
    'ENOTFOUND',
  ],
] as const)('%s', async (_what, known, wanted, asked, code) => {
  const { folder } = testHome();
  writeFileSync(join(folder, 'resolv.conf'), 'search one.test two.test\nnameserver 127.0.0.53\n');
  writeFileSync(join(folder, 'ask.mts'), SOURCE);
  const inside = `mount --bind ${folder}/resolv.conf /etc/resolv.conf && exec "$@"`;
  const node = [process.execPath, '--import', 'tsx', join(folder, 'ask.mts'), known, wanted];
  const { stdout, stderr } = await run('unshare', ['-m', 'bash', '-c', inside, 'bash', ...node], {
    cwd: ROOT,
    env: process.env,
  });
  expect(stderr).toBe('');
  const answer = JSON.parse(stdout);
  expect(answer).toEqual({ asked, addresses: code === undefined ? [{ address: '127.0.0.9', family: 4 }] : [], code });
});
