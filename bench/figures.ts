import type { Sections } from './budgets.js';
import { bytes, ms, ns } from './measure.js';
import type { Kind } from './peers.mjs';

const COMPARED: readonly Kind[] = ['on', 'posthog', 'posthog-mcp', 'mcpcat', 'otel'];

/**
 * What other documents say of a full run, by the name with which they say it (`npm run docs` puts it there).
 * @throws if a section did not run
 */
export function figuresOf(sections: Partial<Sections>): Readonly<Record<string, string>> {
  const figures = <Name extends keyof Sections>(name: Name): Sections[Name]['figures'] => {
    const section = sections[name];
    if (section === undefined) throw new Error(`the section ${name} did not run`);
    return section.figures;
  };
  const { ending, counted } = figures('exit');
  const { inProcess, client } = figures('calls');
  const { wire, processor } = figures('delivery');
  const startUp = figures('startUp')['Node 20'] ?? {};
  const recording = figures('recording');
  return {
    ...startUps(startUp),
    'record on': ns(known(recording['dot-ai-analytics, on, on disk at once'])),
    'record off': ns(known(recording['dot-ai-analytics, off'])),
    'record posthog': ns(known(recording["posthog-node, dot-ai's style"])),
    'record otel': ns(known(recording['OpenTelemetry metrics'])),
    ...byKind('instrument', (kind) => ns(known(inProcess.above[kind]?.median))),
    ...byKind('client', (kind) => ns(known(client.above[kind]?.median))),
    'client base': ns(client.base),
    ...byKind('delivery', (kind) => `${known(processor[kind]).toFixed(1)} s`),
    ...byKind('counted after kill', (kind) => `${counted[kind]}`),
    ...byKind('end at a black hole', (kind) => endOf(ending['black hole'][kind])),
    'wire 10 thousand': bytes(wire.few.bytes),
    'load off': ms(known(figures('embedding')['dot-ai-analytics, off'])),
    'load posthog': ms(known(figures('embedding')['posthog-node'])),
    'collector ratio': figures('collector').ratio.toFixed(2),
    'collector a second': Math.round(figures('collector').perSecond).toLocaleString('en'),
  };
}

function startUps(ratios: Readonly<Record<string, number>>): Record<string, string> {
  const ours = ['status', 'preview', '--help'];
  const peers = Object.entries(ratios).flatMap(([name, ratio]) => (/^(dot-ai|baseline)/.test(name) ? [] : [ratio]));
  return {
    ...Object.fromEntries(ours.map((name) => [name, known(ratios[`dot-ai-analytics ${name}`]).toFixed(2)])),
    'status of peers': `${Math.min(...peers).toFixed(1)} to ${Math.max(...peers).toFixed(0)}`,
  };
}

function byKind(name: string, figure: (kind: Kind) => string): Record<string, string> {
  return Object.fromEntries(COMPARED.map((kind) => [`${name} ${kind}`, figure(kind)]));
}

function endOf(value: number | undefined): string {
  return value === undefined ? 'over 30 s' : `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} s`;
}

function known(value: number | undefined): number {
  if (value === undefined || Number.isNaN(value)) throw new Error('a figure was not measured');
  return value;
}
