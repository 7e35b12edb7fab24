import { bytes, ms, ns, times } from './measure.js';
import type { Kind } from './peers.mjs';
import type { Section } from './section.js';
import type { Added, CallsFigures } from './sections/calls.js';
import type { CollectorFigures } from './sections/collector.js';
import type { DeliveryFigures } from './sections/delivery.js';
import type { ExitFigures } from './sections/exit.js';
import type { StartUpFigures } from './sections/start-up.js';

/** The sections that ran. */
export interface Sections {
  readonly startUp: Section<StartUpFigures>;
  readonly recording: Section<Readonly<Record<string, number>>>;
  readonly calls: Section<CallsFigures>;
  readonly delivery: Section<DeliveryFigures>;
  readonly contents: Section<Readonly<Record<string, never>>>;
  readonly exit: Section<ExitFigures>;
  readonly embedding: Section<Readonly<Record<string, number>>>;
  readonly collector: Section<CollectorFigures>;
}

interface Budget<Figures> {
  readonly what: string;
  readonly budget: string;
  /** Undefined where this run did not measure it; then it is not judged. */
  readonly measured: (of: Figures) => number | undefined;
  readonly isMet: (value: number, of: Figures) => boolean;
  readonly write: (value: number, of: Figures) => string;
  /** What peers need for the same in this run. */
  readonly peers: (of: Figures) => string;
}

export interface Judged {
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  readonly peers: string;
  readonly isMet: boolean;
}

const PEERS: readonly Kind[] = ['posthog', 'posthog-mcp', 'mcpcat', 'otel'];

const RECORDING: readonly Budget<Sections['recording']['figures']>[] = [
  {
    what: 'recording one call, on disk at once, consent from config.json',
    budget: '≤ 2 µs',
    measured: (of) => of['dot-ai-analytics, on, on disk at once'],
    isMet: (value) => value <= 2_000,
    write: ns,
    peers: (of) =>
      `posthog-node ${known(of["posthog-node, dot-ai's style"], ns)}, OpenTelemetry ${known(of['OpenTelemetry metrics'], ns)}`,
  },
  {
    what: 'recording one call, off',
    budget: '≤ 50 ns',
    measured: (of) => of['dot-ai-analytics, off'],
    isMet: (value) => value <= 50,
    write: ns,
    peers: () => '–',
  },
];

const CALLS: readonly Budget<CallsFigures>[] = [
  {
    what: 'processor time that `instrument` adds to a tools/call, in process',
    budget: '≤ 4 µs',
    measured: ({ inProcess }) => inProcess.above.on.median,
    isMet: (value) => value <= 4_000,
    write: (value, { inProcess }) =>
      `${ns(value)} of ${ns(inProcess.base)} (two equal servers: ${ns(inProcess.noise)})`,
    peers: ({ inProcess }) => peersOf(inProcess),
  },
  {
    what: 'tools/call seen by a client, on',
    budget: 'no measurable difference',
    measured: ({ client }) => client.above.on.median,
    // A run that does not see its control cannot judge.
    isMet: (value, { client: { noise, control } }) => value <= noise && control > noise,
    write: (value, { client }) =>
      `${ns(value)} of ${ns(client.base)} (two equal servers: ${ns(client.noise)}; 5 µs of work: ${ns(client.control)})`,
    peers: ({ client }) => peersOf(client),
  },
];

function peersOf({ above }: Added): string {
  return namedPeers((kind) => known(above[kind]?.median, ns));
}

function namedPeers(figure: (kind: Kind) => string): string {
  return PEERS.map((kind) => `${NAMES[kind]} ${figure(kind)}`).join(', ');
}

const NAMES: Readonly<Partial<Record<Kind, string>>> = {
  posthog: 'posthog-node',
  'posthog-mcp': '@posthog/mcp',
  mcpcat: 'mcpcat',
  otel: 'OpenTelemetry',
};

const DELIVERY: readonly Budget<DeliveryFigures>[] = [
  {
    what: 'processor time of 100 thousand tools/call over stdio, delivery included, above no analytics',
    budget: '≤ 0.5 s',
    measured: ({ processor }) => processor.on,
    isMet: (value) => value <= 0.5,
    write: (value) => `${value.toFixed(2)} s`,
    peers: ({ processor }) => namedPeers((kind) => known(processor[kind], (value) => `${value.toFixed(2)} s`)),
  },
  {
    what: 'bytes on the wire, 10 thousand calls of nine tools',
    budget: '≤ 16 KiB',
    measured: ({ wire }) => wire.few.bytes,
    isMet: (value) => value <= 16 * 1024,
    write: bytes,
    peers: () => 'see the table',
  },
  {
    what: 'the same, 10 million calls',
    budget: 'the same, within 16 KiB',
    measured: ({ wire }) => (wire.most === 10_000_000 ? wire.many.bytes : undefined),
    isMet: (value) => value <= 16 * 1024,
    write: (value, { wire }) => `${bytes(value)} for ${wire.most.toLocaleString('en')}`,
    peers: () => 'a thousand times as much',
  },
];

const EXIT: readonly Budget<ExitFigures>[] = [
  {
    what: 'end of the process in front of a black hole',
    budget: '≤ 1 s',
    measured: ({ ending }) => ending['black hole'].on,
    isMet: (value, { ending }) => value - (ending['black hole'].none ?? 0) <= 1_000,
    write: (value, { ending }) => `${ms(value)}, ${known(ending['black hole'].none, ms)} of it without analytics`,
    peers: ({ ending }) => PEERS.map((kind) => known(ending['black hole'][kind], ms, '> 30 s')).join(', '),
  },
  {
    what: 'kill -9 after 50 calls, no gap: counted',
    budget: '50',
    measured: ({ counted }) => counted.on,
    isMet: (value) => value === 50,
    write: String,
    peers: ({ counted }) => PEERS.map((kind) => `${counted[kind]}`).join(', '),
  },
];

const EMBEDDING: Budget<Sections['embedding']['figures']> = {
  what: 'loading the library, off, over bare Node',
  budget: '≤ 10 ms',
  measured: (of) => of['dot-ai-analytics, off'],
  isMet: (value) => value <= 10,
  write: ms,
  peers: (of) =>
    `posthog-node ${known(of['posthog-node'], ms)}, OpenTelemetry ${known(of['OpenTelemetry metrics'], ms)}`,
};

const COLLECTOR: Budget<CollectorFigures> = {
  what: 'collector, reports durable before the answer, against a bare HTTP server',
  budget: '≥ 0.40',
  measured: ({ ratio }) => ratio,
  isMet: (value) => value >= 0.4,
  write: (value, { perSecond }) => `${value.toFixed(2)} (${Math.round(perSecond)} a second)`,
  peers: () => '–',
};

function startUp(setting: string, command: string, most: number): Budget<StartUpFigures> {
  return {
    what: `\`${command}\` against \`node -e 0\`, ${setting}`,
    budget: `≤ ${most.toFixed(2)} ×`,
    measured: (of) => of[setting]?.[`dot-ai-analytics ${command}`],
    isMet: (value) => value <= most,
    write: times,
    peers: (of) => (command === 'status' ? startUpPeers(of[setting] ?? {}) : '–'),
  };
}

const START_UP = [
  startUp('Node 20', 'status', 1.4),
  startUp('Node 24', 'status', 1.4),
  startUp('Node 20', 'preview', 2.5),
  startUp('Node 20', '--help', 1.5),
];

function startUpPeers(ratios: Readonly<Record<string, number>>): string {
  const peers = Object.entries(ratios).filter(([name]) => name !== 'baseline' && !name.startsWith('dot-ai-analytics'));
  return peers.map(([name, ratio]) => `${name.split(/[ -]/)[0]} ${ratio.toFixed(1)}`).join(', ') || '–';
}

function known(value: number | undefined, write: (value: number) => string, otherwise = '–'): string {
  return value === undefined ? otherwise : write(value);
}

/** The budgets of DESIGN.md section 9, in its order, of the sections that ran. */
export function judge(ran: Partial<Sections>): readonly Judged[] {
  return [
    ...judgeSection(ran.startUp, START_UP),
    ...judgeSection(ran.recording, RECORDING),
    ...judgeSection(ran.calls, CALLS),
    ...judgeSection(ran.delivery, DELIVERY),
    ...judgeSection(ran.exit, EXIT),
    ...judgeSection(ran.embedding, [EMBEDDING]),
    ...judgeSection(ran.collector, [COLLECTOR]),
  ];
}

function judgeSection<Figures>(
  section: Section<Figures> | undefined,
  budgets: readonly Budget<Figures>[],
): readonly Judged[] {
  if (section === undefined) return [];
  const { figures } = section;
  return budgets.flatMap(({ what, budget, measured, isMet, write, peers }) => {
    const value = measured(figures);
    if (value === undefined) return [];
    return { what, budget, measured: write(value, figures), peers: peers(figures), isMet: isMet(value, figures) };
  });
}
