import { bytes, ms, ns, times } from './measure.js';

/**
 * The budgets of DESIGN.md section 9, and what peers need for the same in this run. `measured` and `peers` read the
 * figures of one section; `isMet` compares. What a section did not measure is not judged.
 */
export const BUDGETS = [
  startUp('Node 20', 1.2),
  startUp('Node 24', 1.5),
  startUp('Node 20, NODE_EXTRA_CA_CERTS set', 1.2),
  {
    section: 'recording',
    what: 'recording one call, on disk at once',
    budget: '≤ 3 µs',
    measured: (of) => of['dot-ai-analytics, on, on disk at once'],
    isMet: (value) => value <= 3_000,
    write: ns,
    peers: (of) =>
      `posthog-node ${ns(of["posthog-node, dot-ai's style"])}, OpenTelemetry ${ns(of['OpenTelemetry metrics'])}`,
  },
  {
    section: 'recording',
    what: 'recording one call, off',
    budget: '≤ 50 ns',
    measured: (of) => of['dot-ai-analytics, off'],
    isMet: (value) => value <= 50,
    write: ns,
    peers: () => '–',
  },
  {
    section: 'calls',
    what: 'tools/call seen by a client, on',
    budget: 'no measurable difference',
    measured: (of) => of.on,
    isMet: (value, of) => value <= of.noise,
    write: (value, of) => `${ns(value)} of ${ns(of.base)} (two equal servers: up to ${ns(of.noise)})`,
    peers: (of) => `${['posthog', 'otel', 'mcpcat', 'posthog-mcp'].map((kind) => ns(of[kind])).join(', ')}`,
  },
  {
    section: 'delivery',
    what: 'bytes on the wire, 10 thousand calls of nine tools',
    budget: '≤ 16 KiB',
    measured: (of) => of.wire.few.bytes,
    isMet: (value) => value <= 16 * 1024,
    write: bytes,
    peers: () => 'see the table',
  },
  {
    section: 'delivery',
    what: 'the same, 10 million calls',
    budget: 'the same, within 16 KiB',
    measured: (of) => of.wire.many.bytes,
    isMet: (value, of) => value <= 16 * 1024 && of.wire.most === 10_000_000,
    write: (value, of) => `${bytes(value)} for ${of.wire.most.toLocaleString('en')}`,
    peers: () => 'a thousand times as much',
  },
  {
    section: 'exit',
    what: 'end of the process in front of a black hole',
    budget: '≤ 1 s',
    measured: (of) => of['black hole'].on,
    isMet: (value, of) => value - of['black hole'].none <= 1_000,
    write: (value, of) => `${ms(value)}, ${ms(of['black hole'].none)} of it without analytics`,
    peers: (of) =>
      ['posthog', 'posthog-mcp', 'mcpcat', 'otel']
        .map((kind) => (of['black hole'][kind] === undefined ? '> 30 s' : ms(of['black hole'][kind])))
        .join(', '),
  },
  {
    section: 'exit',
    what: 'kill -9 after 50 calls, no gap: counted',
    budget: '50',
    measured: (of) => of.counted.on,
    isMet: (value) => value === 50,
    write: String,
    peers: (of) => ['posthog', 'posthog-mcp', 'mcpcat', 'otel'].map((kind) => of.counted[kind]).join(', '),
  },
  {
    section: 'embedding',
    what: 'loading the library, off, over bare Node',
    budget: '≤ 10 ms',
    measured: (of) => of['dot-ai-analytics, off'],
    isMet: (value) => value <= 10,
    write: ms,
    peers: (of) => `posthog-node ${ms(of['posthog-node'])}, OpenTelemetry ${ms(of['OpenTelemetry metrics'])}`,
  },
  {
    section: 'collector',
    what: 'collector, reports durable before the answer',
    budget: '≥ 5000 a second',
    measured: (of) => of.perSecond,
    isMet: (value) => value >= 5_000,
    write: (value) => `${Math.round(value)}`,
    peers: () => '–',
  },
];

function startUp(setting, most) {
  return {
    section: 'startUp',
    what: `\`status\` against \`node -e 0\`, ${setting}`,
    budget: `≤ ${most} ×`,
    measured: (of) => of[setting]?.['dot-ai-analytics status'],
    isMet: (value) => value <= most,
    write: times,
    peers: (of) => startUpPeers(of[setting]),
  };
}

function startUpPeers(spreads) {
  const peers = Object.entries(spreads).filter(([name]) => name !== 'baseline' && !name.startsWith('dot-ai-analytics'));
  return peers.map(([name, ratio]) => `${name.split(/[ -]/)[0]} ${ratio.toFixed(1)}`).join(', ') || '–';
}

/** @param {Record<string, object>} figures of each section that ran */
export function judge(figures) {
  return BUDGETS.flatMap(({ section, what, budget, measured, isMet, write, peers }) => {
    const of = figures[section];
    const value = of && measured(of);
    if (value === undefined) return [];
    return { what, budget, measured: write(value, of), peers: peers(of), isMet: isMet(value, of) };
  });
}
