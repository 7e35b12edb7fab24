import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryDestination } from '../../src/testing/index.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { type TestHome, testHome, writeConfig } from '../support/home.js';
import { cli } from '../support/processes.js';
import { exampleReport, putReport } from '../support/reports.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';

/*
 * P12: whatever stands in a file, a variable, an argument or an answer, it is shown as what it is.
 */

const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** What acts on a terminal, begins a line of its own, or cannot be seen. Without spaces, so that no line breaks here. */
const HOSTILE = [
  '\u001b[1;31mFORGED\u001b[0m',
  '\u001b]8;;https://forged.example\u0007FORGED\u001b]8;;\u0007',
  '\u001b[2J\u001b[H\u001bc',
  '\u009b2K\u009d0;FORGED\u009c',
  '\nFORGED:Analytics_is_on',
  '\r\nFORGED',
  '\rFORGED\b\b\u007f\t\v\f',
  '\u202eDEGROF\u202c\u2066\u2069\u200e\u061c',
  '\u200b\u200d\u2060\ufeff\u00ad',
  '\u{e0041}\u{e0042}\u{e007f}\u{e0100}',
  '\u034f\u115f\u1160\u3164\uffa0\u180b\u180e\ufe0f\u2800',
  '\u2028FORGED\u2029FORGED\u0085FORGED',
  '\u00a0\u2003\u3000\ue000\u{f0000}\u{1fffe}\u0378',
];
const text = fc.shuffledSubarray(HOSTILE, { minLength: HOSTILE.length }).map((parts) => parts.join(''));
const LOOK_ALIKES = [
  'https://\u0435u.i.posthog.com',
  'https://eu.i.posthog.com@forged.example',
  'https://eu.i.post\u00adhog.com',
];

interface Trial {
  readonly home: TestHome;
  readonly text: string;
  readonly host: string;
  /** A body in which the text stands for a tool's name and for the key. */
  readonly body: string;
}

const put = (folder: string, name: string, content: unknown) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
};
const on = (rest: object = {}) => ({ analytics: true, ...rest });
const HOUR = 3_600_000;

/** Where a text can stand; returns what the environment has beside the home's. */
const PLACES: Record<string, (trial: Trial) => Promise<NodeJS.ProcessEnv> | NodeJS.ProcessEnv> = {
  'a value of config.json': ({ home, text }) => withConfig(home, { analytics: text, [text]: text }),
  'keys and schema of config.json': ({ home, text }) => withConfig(home, { analytics: [text], analyticsSchema: text }),
  'config.json itself': ({ home, text }) => withConfig(home, `{"${text}`),
  'the host in config.json': ({ home, host }) => withDestination(home, { host, key: 'k' }),
  'a host with more in config.json': ({ home, text }) =>
    withDestination(home, { host: `https://eu.i.posthog.com/${text}`, key: 'k' }),
  'the host in server.json': async ({ home, text, host }) => {
    writeConfig(home.paths, on());
    await putReport(home, DAY);
    put(home.paths.data, 'server.json', { tools: ['query'], features: [], posthog: { host, key: 'k' }, [text]: text });
    return {};
  },
  'a report in the outbox': ({ home, text, body }) => {
    writeConfig(home.paths, on({ [text]: 1 }));
    put(home.paths.outbox, `${DAY}.json`, body);
    return {};
  },
  'a copy and a receipt': ({ home, text, host, body }) => {
    writeConfig(home.paths, on());
    put(home.paths.sent, `${DAY}.json`, body);
    const receipt = {
      day: DAY,
      outcome: 'delivered',
      at: text,
      url: `${host}/${text}`,
      status: text,
      bytes: 1,
      sha256: text,
    };
    put(home.paths.sent, `${DAY}.receipt.json`, receipt);
    return {};
  },
  'next.json': async ({ home, text, host }) => {
    const until = Date.now() + HOUR;
    const next = { host, key: 'k', notBefore: until, until, askedUntil: until, failures: 3, isUnauthorized: true };
    await withDestination(home, { host: 'http://127.0.0.1:9', key: 'k' });
    put(home.paths.outbox, 'next.json', { ...next, reason: 'HTTP 503', [text]: text });
    return {};
  },
  'layers of the environment': ({ text }) => ({ DOT_AI_ANALYTICS: text, DOT_AI_TELEMETRY: text, CI: text }),
  DO_NOT_TRACK: ({ text }) => ({ DO_NOT_TRACK: text, DOT_AI_COLLECTOR_TOKEN: text, DOT_AI_FEEDBACK_URL: text }),
  'the host in the environment': async ({ home, host }) => {
    await withDestination(home);
    return { DOT_AI_POSTHOG_HOST: host, DOT_AI_POSTHOG_KEY: 'k' };
  },
  'the key in the environment': async ({ home, text }) => {
    await withDestination(home);
    return { DOT_AI_POSTHOG_HOST: `http://127.0.0.1:9/${text}`, DOT_AI_POSTHOG_KEY: text };
  },
  'a DOT_AI_CONFIG_DIR that is there': ({ home, text, body }) => {
    const folder = join(home.folder, text.slice(0, 80));
    put(folder, 'config.json', `{"${text}`);
    put(join(folder, 'analytics', 'outbox'), `${DAY}.json`, body);
    return { DOT_AI_CONFIG_DIR: folder };
  },
  'a relative DOT_AI_CONFIG_DIR': ({ text }) => ({ DOT_AI_CONFIG_DIR: text }),
  HOME: ({ home, text }) => {
    put(join(home.folder, text.slice(0, 60)), 'file', '');
    return { HOME: join(home.folder, text.slice(0, 60), 'file'), DOT_AI_ANALYTICS: 'true' };
  },
};

function withConfig(home: TestHome, config: unknown): NodeJS.ProcessEnv {
  writeConfig(home.paths, config);
  return {};
}

async function withDestination(home: TestHome, analyticsDestination?: object): Promise<NodeJS.ProcessEnv> {
  writeConfig(home.paths, on(analyticsDestination === undefined ? {} : { analyticsDestination }));
  await putReport(home, DAY);
  return {};
}

const COMMANDS = [
  ['status'],
  ['status', '--json'],
  ['preview'],
  ['preview', '--json'],
  ['sent'],
  ['sent', DAY],
  ['sent', '--json'],
  ['sent', '--verify'],
  ['history'],
  ['history', '--json'],
  ['history', '--csv'],
  ['send'],
  ['hint'],
  ['hint', '--mark-shown'],
  ['enable', '--yes'],
  ['disable'],
];

const OURS = new RegExp(`${'\u001b'}\\[(?:1|4|22|24|31|32|39)m`, 'g');

/** What a person would take for something else; undefined if there is nothing. */
function forgedIn(printed: string, hasColors: boolean): string | undefined {
  const plain = hasColors ? printed.replace(OURS, '') : printed;
  const hidden = /[^\P{C}\n]|[\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/u.exec(plain);
  if (hidden) return `U+${hidden[0].codePointAt(0)?.toString(16)}`;
  const line = plain.split('\n').find((one) => /^\s*"?FORGED/.test(one));
  if (line !== undefined) return line;
  return [...LOOK_ALIKES, 'forged.example/'].find((host) => plain.includes(host));
}

function draw(count: number): { text: string; host: string }[] {
  const hosts = fc.constantFrom(...LOOK_ALIKES);
  return fc.sample(fc.record({ text, host: hosts }), { numRuns: count, seed: SEED });
}

const sums = { shown: 0, forged: 0 };
/** Runs a command without colors and with them; tells what was forged. */
async function attack(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const hasColors = sums.shown % 2 === 1;
  const { stdout, stderr } = await cli(args, {
    env: { ...env, ...(hasColors && { FORCE_COLOR: '1' }) },
    timeout: 8_000,
  });
  // CSV ends its lines with CRLF (RFC 4180); a line that data begins is found all the same.
  const lines = args.includes('--csv') ? stdout.replaceAll('\r\n', '\n') : stdout;
  const forged = [lines, stderr].map((printed) => forgedIn(printed, hasColors)).filter((found) => found !== undefined);
  sums.shown += 1;
  if (forged.length > 0) sums.forged += 1;
  return forged.map((found) => `${args[0]} ${args.length}: ${found}`);
}

describe('P12: data cannot forge output', () => {
  test.each(Object.entries(PLACES))('%s', async (_place, fill) => {
    const found: string[] = [];
    for (const drawn of draw(TIMES)) {
      const body = (await exampleReport(DAY))
        .replaceAll('"query"', JSON.stringify(drawn.text))
        .replace('phc_test', JSON.stringify(drawn.text).slice(1, -1));
      const tried = COMMANDS.map(async (args) => {
        const home = testHome();
        const env = { ...home.env, ...(await fill({ home, body, ...drawn })) };
        return attack(args, env);
      });
      found.push(...(await Promise.all(tried)).flat());
    }
    expect(found).toEqual([]);
  });

  test('arguments', async () => {
    const found: string[] = [];
    for (const { text, host } of draw(TIMES)) {
      const { env } = testHome(on());
      for (const args of [
        [text],
        ['x'.repeat(100_000) + text],
        [`--${text}`],
        ['status', text],
        ['status', `--${text}`],
        ['sent', text],
        ['history', text],
        ['history', '--days', text],
        ['completion', text],
        ['dashboard', text],
        ['help', text],
        ['collector', '--port', text],
        ['collector', '--db', join('/nonexistent', text)],
        ['collector', '--vocabulary', join('/nonexistent', text)],
        ['collector', '--vocabulary', text],
        ['collector', '--host', text],
        ['dashboard', 'posthog', '--project', text],
        ['dashboard', 'posthog', '--project', '1', '--host', text],
        ['dashboard', 'posthog', '--project', '1', '--host', `http://127.0.0.1:9/${host}${text}`],
      ])
        found.push(
          ...(await attack(args, { ...env, POSTHOG_PERSONAL_API_KEY: 'phx', DOT_AI_COLLECTOR_TOKEN: 'x'.repeat(20) })),
        );
    }
    expect(found).toEqual([]);
  });

  test('answers of a destination and of PostHog', async () => {
    const opened = await memoryDestination();
    onTestFinished(opened.close);
    const found: string[] = [];
    for (const { text } of draw(TIMES)) {
      for (const status of [200, 400, 401, 429, 500]) {
        opened.respondWith((_request, response) => {
          response.statusMessage = 'FORGED\u009b2J';
          response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
          response.end(
            JSON.stringify({ status: text, detail: text, error: text, results: [{ name: text, id: text }] }),
          );
        });
        const home = testHome(on());
        await putReport(home, DAY);
        const env = { ...home.env, ...opened.env, POSTHOG_PERSONAL_API_KEY: 'phx' };
        for (const args of [['send'], ['status'], ['sent']]) found.push(...(await attack(args, env)));
        if (status === 429) continue; // it would wait
        found.push(...(await attack(['dashboard', 'posthog', '--project', '1', '--host', opened.posthog.host], env)));
      }
    }
    expect(found).toEqual([]);
  });

  test('JSON parses to the same values, and a pipe gets the exact bytes', async () => {
    for (const { text } of draw(TIMES)) {
      const home = testHome(on({ analytics: text }));
      const body = `{"key":${JSON.stringify(text)}}\u202e\n`;
      put(home.paths.sent, `${DAY}.json`, body);
      const sha256 = createHash('sha256').update(body).digest('hex');
      put(home.paths.sent, `${DAY}.receipt.json`, { day: DAY, outcome: 'delivered', at: text, bytes: 1, sha256 });
      const { stdout } = await cli(['sent', '--json'], { env: home.env });
      expect(JSON.parse(stdout).reports).toEqual([expect.objectContaining({ at: text, sha256, body })]);
      expect((await cli(['sent', '--raw'], { env: home.env })).stdout).toBe(body);
    }
  });

  test.runIf(hasTerminal)('on a terminal, bytes that only an altered file can have are escaped', async () => {
    const [{ text } = { text: '' }] = draw(1);
    const home = testHome(on());
    put(home.paths.sent, `${DAY}.json`, text);
    const sha256 = createHash('sha256').update(text).digest('hex'); // who alters the copy can alter the receipt
    put(home.paths.sent, `${DAY}.receipt.json`, { day: DAY, outcome: 'delivered', at: DAY, bytes: 1, sha256 });
    const { shown } = await onTerminal('sent --raw', { env: home.env, columns: 200 });
    expect(forgedIn(shown, false)).toBeUndefined();
    expect(stripVTControlCharacters(shown)).toContain('\\u{202e}DEGROF');
    report('forged output', sums);
  });
});
