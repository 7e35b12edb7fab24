import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, onTestFinished, test } from 'vitest';
import { randomFrom } from '../../src/simulation/random.js';
import { temporaryHome } from '../../src/testing/index.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { tree } from '../support/home.js';
import { cli, run, runScript } from '../support/processes.js';
import { until } from '../support/tracker.js';
import { PLACES, type Place } from './secrets/places.js';

const SERVER = fileURLToPath(new URL('secrets/server.mjs', import.meta.url));

/** A secret of a believable form that is nowhere by chance: letters and digits, since it is a file's and a header's name too. */
function markers(random: () => number): Record<Place, string> {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const word = (length: number) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  const forms = [() => `ghp${word(16)}`, () => `Prod${word(12)}EU`, () => `q${word(30)}`, () => `cluster${word(10)}`];
  return Object.fromEntries(
    PLACES.map((place) => [place, (forms[Math.floor(random() * forms.length)] as () => string)()]),
  ) as Record<Place, string>;
}

/** What a secret may have become; lower case, as the haystack is. Of a hash, eight digits are enough to be recognized: by chance they are there once in 10,000 runs. */
function disguises(secret: string): string[] {
  const plain = [secret, [...secret].reverse().join('')];
  const digests = [secret, secret.toLowerCase()].flatMap((text) =>
    ['md5', 'sha1', 'sha256'].flatMap((algorithm) => {
      const digest = createHash(algorithm).update(text).digest();
      return [digest.toString('hex').slice(0, 8), digest.toString('base64').slice(0, 12)];
    }),
  );
  const encoded = plain.flatMap((text) => [
    Buffer.from(text).toString('hex'),
    // At each of the three places that a byte can have in a group; what the neighbours decide is left off.
    ...[0, 1, 2].map((offset) => {
      const group = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64');
      return group.slice(Math.ceil((offset * 4) / 3), -4);
    }),
  ]);
  return [...plain, ...encoded, ...digests].map((text) => text.toLowerCase());
}

/** A destination that keeps every byte of every connection. */
async function wiretap(): Promise<{ host: string; bytes: () => string }> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let request = '';
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      request += chunk;
      const length = Number(/content-length: (\d+)/i.exec(request)?.[1]);
      if (request.length - request.indexOf('\r\n\r\n') - 4 < length) return;
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{"status":1}',
      );
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { host: `http://127.0.0.1:${port}`, bytes: () => Buffer.concat(chunks).toString('latin1') };
}

const canBeAnother = (await run('unshare', ['--uts', '--mount', 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canBeAnother) process.stderr.write('SKIPPED in part: without unshare, host name and user name can’t be planted\n');

/** The system's own answers to "which machine" and "who" hold secrets too. */
function asAnother(folder: string, { hostName, userName, realName }: Record<Place, string>): string[] {
  if (!canBeAnother) return [];
  const passwd = join(folder, 'passwd');
  writeFileSync(passwd, `${userName}:x:0:0:${realName}:/root:/bin/sh\n`);
  const script = `hostname ${hostName}; mount --bind ${passwd} /etc/passwd; exec "$@"`;
  return ['unshare', '--uts', '--mount', 'sh', '-c', script, '--'];
}

async function traffic(port: number, secret: Record<Place, string>): Promise<void> {
  const client = new Client({ name: secret.clientName, version: secret.clientVersion });
  const headers = {
    authorization: `Bearer ${secret.token}`,
    'x-secret': secret.header,
    [secret.headerName]: '1',
    'user-agent': secret.userAgent,
  };
  const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp?${secret.argument}`), {
    requestInit: { headers },
  });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  const call = (name: string, args: Record<string, unknown> = {}) =>
    client.callTool({ name, arguments: args }).catch(() => {});
  for (let round = 0; round < 6; round += 1) {
    await call('recommend', { text: secret.argument, nested: { [secret.argumentName]: [secret.nestedArgument] } });
    await call('recommend', { text: { [secret.argumentName]: secret.nestedArgument } }); // refused by the schema
    for (const name of ['query', 'operate', 'remediate', 'version', 'manageOrgData', 'projectSetup']) await call(name);
    await call(secret.toolName);
    await call(secret.unknownTool, { [secret.argumentName]: secret.argument });
    await client.getPrompt({ name: secret.promptName }).catch(() => {});
    await client.readResource({ uri: `file:///${secret.resource}` }).catch(() => {});
  }
  await client.close();
}

const exitOf = (child: ChildProcess) => new Promise((resolve) => child.on('close', resolve));

test.each(['quiet', 'with NODE_DEBUG'])(
  'P3, P4: planted secrets, %s: none in a file, on the wire, on stdout or stderr, in any disguise',
  { timeout: 600_000 },
  async (mode) => {
    const random = randomFrom(SEED);
    let searched = 0;
    for (let time = 0; time < TIMES; time += 1) {
      const secret = markers(random);
      const outer = temporaryHome();
      onTestFinished(outer.remove);
      const home = join(outer.folder, secret.home);
      const directory = join(outer.folder, secret.directory);
      for (const folder of [join(home, '.dot-ai'), directory]) mkdirSync(folder, { recursive: true });
      writeFileSync(join(home, '.dot-ai', 'config.json'), '{"analytics": true}');
      const file = join(outer.folder, 'markers.json');
      writeFileSync(file, JSON.stringify(secret));
      const wire = await wiretap();
      const env = {
        ...outer.env,
        HOME: home,
        MARKERS: file,
        POSTHOG_HOST: wire.host,
        SECRET: secret.environment,
        [secret.environmentName]: '1',
        KUBECONFIG: `/${secret.kubeconfig}`,
        POD_NAMESPACE: secret.namespace,
        POSTHOG_API_KEY: secret.posthogKey,
        USER: secret.userVariable,
        LOGNAME: secret.userVariable,
        HOSTNAME: secret.hostVariable,
        ...(mode === 'quiet' ? {} : { NODE_DEBUG: 'dot-ai-analytics' }),
      };
      const [program = '', ...args] = [...asAnother(outer.folder, secret), process.execPath, SERVER];
      const server = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
      let output = '';
      server.stderr.on('data', (chunk) => {
        output += chunk;
      });
      const ended = exitOf(server);
      const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
      const port = Number((await lines.next()).value);
      await traffic(port, secret);
      const open = { ...tree(home) };
      await fetch(`http://127.0.0.1:${port}/tomorrow`);
      await until(
        () =>
          wire.bytes().includes('active_install') &&
          Object.keys(tree(home)).some((name) => name.endsWith('.receipt.json')),
        'a report',
      );
      const shown = await Promise.all(
        [['preview'], ['preview', '--raw'], ['sent'], ['sent', '--raw'], ['schema']].map((args) => cli(args, { env })),
      );
      await fetch(`http://127.0.0.1:${port}/close`);
      await ended;

      const files = JSON.stringify([open, tree(home)]);
      const haystacks: Record<string, string> = { files, wire: wire.bytes(), 'stderr of the server': output };
      for (const { stdout, stderr } of shown)
        haystacks['the command line'] = `${haystacks['the command line'] ?? ''}${stdout}${stderr}`;
      expect(output, 'the server’s stderr').toEqual(
        mode === 'quiet' ? '' : expect.stringContaining('DOT-AI-ANALYTICS'),
      );
      expect(wire.bytes()).toContain('"tool":"recommend"');
      expect(wire.bytes()).toContain('"tool":"other"');
      for (const [where, text] of Object.entries(haystacks)) {
        const haystack = text.toLowerCase();
        for (const place of PLACES) {
          // With NODE_DEBUG the user asked to see paths, on their own terminal.
          if (place === 'home' && where === 'stderr of the server' && mode !== 'quiet') continue;
          for (const disguise of disguises(secret[place])) {
            expect(haystack.includes(disguise), `${place} in ${where}, as ${disguise}, seed ${SEED}`).toBe(false);
            searched += 1;
          }
        }
      }
    }
    report(`planted secrets, ${mode}`, { places: PLACES.length, searches: searched, found: 0 });
  },
);

test('P3, P6: with NODE_DEBUG, nothing of an error that host code threw is on stderr, and calls are answered', async () => {
  const secret = 'ghpq7secret9';
  const script = `
    import { Client } from '@modelcontextprotocol/sdk/client/index.js';
    import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    import { instrument } from 'dot-ai-analytics/mcp';
    const secret = '${secret}';
    const fail = () => { throw new Error(secret); };
    class Named extends Error { name = secret; }
    Object.defineProperty(Named, 'name', { value: secret });
    const THROWN = [
      new Error(secret), new TypeError(secret), new Named(secret), secret, Symbol(secret), null, undefined,
      { code: secret, message: secret }, Object.assign(new Error(secret), { code: 'ERR_' + secret.toUpperCase(), path: secret }),
      { get code() { return fail(); } }, { toString: fail, code: 7 },
      new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail }),
    ];
    let number = 0;
    const next = () => THROWN[number++ % THROWN.length];
    const nameOf = () => { throw next(); };
    const clock = () => { if (number > THROWN.length) throw next(); return Date.now(); };
    const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { clock, timing: { tick: 1 } });
    const server = instrument(new McpServer({ name: 's', version: '1' }), analytics, { nameOf });
    server.registerTool('t', {}, async () => ({ content: [{ type: 'text', text: 'answer' }] }));
    const [a, b] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: 'c', version: '1' });
    await Promise.all([server.connect(a), client.connect(b)]);
    for (let call = 0; call < THROWN.length; call += 1) console.log((await client.callTool({ name: 't' })).content[0].text);
    number += 1;
    for (let call = 0; call < THROWN.length; call += 1) console.log(await analytics.run('query', async () => 'answer'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await analytics.close();
    await client.close();`;
  const { env, remove } = temporaryHome();
  onTestFinished(remove);
  const noisy = { ...env, DOT_AI_ANALYTICS: 'true', NODE_DEBUG: 'dot-ai-analytics' };
  const { code, stdout, stderr } = await runScript(script, { env: noisy });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'answer\n'.repeat(24) });
  for (const topic of ['mcp', 'count', 'consent|background|close'])
    expect(stderr).toMatch(new RegExp(`(${topic}).*: `));
  expect(stderr.toLowerCase()).not.toContain(secret);
});
