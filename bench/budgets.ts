import { bytes, ms, ns, times } from './measure.js';
import type { Kind } from './peers.mjs';
import type { Section } from './section.js';
import type { CallsFigures } from './sections/calls.js';
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

const CALLS: Budget<CallsFigures> = {
  what: 'tools/call seen by a client, on',
  budget: 'no measurable difference',
  measured: ({ above }) => above.on,
  isMet: (value, { noise }) => value <= noise,
  write: (value, { base, noise }) => `${ns(value)} of ${ns(base)} (two equal servers: up to ${ns(noise)})`,
  peers: ({ above }) =>
    `${(['posthog', 'otel', 'mcpcat', 'posthog-mcp'] as const).map((kind) => ns(above[kind])).join(', ')}`,
};

const DELIVERY: readonly Budget<DeliveryFigures>[] = [
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
    measured: ({ wire }) => wire.many.bytes,
    isMet: (value, { wire }) => value <= 16 * 1024 && wire.most === 10_000_000,
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
  what: 'collector, reports durable before the answer',
  budget: '≥ 5000 a second',
  measured: ({ perSecond }) => perSecond,
  isMet: (value) => value >= 5_000,
  write: (value) => `${Math.round(value)}`,
  peers: () => '–',
};

function startUp(setting: string, most: number): Budget<StartUpFigures> {
  return {
    what: `\`status\` against \`node -e 0\`, ${setting}`,
    budget: `≤ ${most} ×`,
    measured: (of) => of[setting]?.['dot-ai-analytics status'],
    isMet: (value) => value <= most,
    write: times,
    peers: (of) => startUpPeers(of[setting] ?? {}),
  };
}

function startUpPeers(ratios: Readonly<Record<string, number>>): string {
  const peers = Object.entries(ratios).filter(([name]) => name !== 'baseline' && !name.startsWith('dot-ai-analytics'));
  return peers.map(([name, ratio]) => `${name.split(/[ -]/)[0]} ${ratio.toFixed(1)}`).join(', ') || '–';
}

function known(value: number | undefined, write: (value: number) => string, otherwise = '–'): string {
  return value === undefined ? otherwise : write(value);
}

/** The budgets of DESIGN.md section 9, in its order, of the sections that ran. */
export function judge(ran: Partial<Sections>): readonly Judged[] {
  const startUps = [startUp('Node 20', 1.2), startUp('Node 24', 1.5), startUp('Node 20, NODE_EXTRA_CA_CERTS set', 1.2)];
  return [
    ...judgeSection(ran.startUp, startUps),
    ...judgeSection(ran.recording, RECORDING),
    ...judgeSection(ran.calls, [CALLS]),
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
