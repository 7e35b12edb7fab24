import type { Consent } from '../core/consent/decide.js';
import type { Destination } from '../core/consent/destination.js';
import type { Layer, LayerName } from '../core/consent/layers.js';
import { POLICY_PATH } from '../core/consent/policy.js';
import type { Output } from './output.js';

type Deciding = Pick<Consent, 'enabled' | 'decidedBy'> & { readonly layers: readonly Pick<Layer, 'layer' | 'value'>[] };

/** `on` or `off`, in the form that all commands print. */
export function onOff(enabled: boolean, { paint }: Output): string {
  return enabled ? paint.green.bold('on') : paint.bold('off');
}

const DECIDERS: Readonly<Record<LayerName, (enabled: boolean, isUnderstood: boolean) => string>> = {
  policy: () => `the policy of this machine, ${POLICY_PATH}`,
  DO_NOT_TRACK: () => 'the environment variable DO_NOT_TRACK',
  DOT_AI_TELEMETRY: () => 'the environment variable DOT_AI_TELEMETRY',
  DOT_AI_ANALYTICS: () => 'the environment variable DOT_AI_ANALYTICS',
  ci: () => 'the CI service this runs in, where the opt-in in config.json does not count',
  config: (enabled, isUnderstood) =>
    isUnderstood
      ? `the ${enabled ? 'opt-in' : 'opt-out'} in config.json`
      : 'config.json, which cannot be read or understood',
  default: () => 'nobody has turned it on',
};

export function decider({ enabled, decidedBy, layers }: Deciding): string {
  const value = layers.find(({ layer }) => layer === decidedBy)?.value;
  return DECIDERS[decidedBy](enabled, value != null);
}

export function layerInWords({ value, verdict }: Pick<Layer, 'value' | 'verdict'>): string {
  const said = value === null ? 'not set' : value === '' ? '(empty)' : value;
  return verdict === 'none' ? said : `${said === 'not set' ? '' : `${said}, `}says ${verdict}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `12,345`. `toLocaleString` would load ICU's data, which takes 10 ms. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Who named a recipient. */
export const SOURCES: Readonly<Record<Destination['source'], string>> = {
  environment: 'named by the environment',
  config: 'named by config.json',
  server: 'named by a server that ran here',
  pinned: 'accepted before',
};

/** Who receives reports, and who says so. */
export function recipient(destination: Pick<Destination, 'host' | 'source'> | null): string {
  return destination === null
    ? 'none is known, so nothing can be sent'
    : `${destination.host}, ${SOURCES[destination.source]}`;
}

/** A time that people read, `2026-11-23 14:05 UTC`, from ISO 8601 or ms since the epoch. */
export function minute(time: string | number): string {
  const text = typeof time === 'number' ? new Date(time).toISOString() : time;
  return `${text.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Writes `~` for the home folder. */
export function shortPath(path: string, home: string | undefined = process.env.HOME): string {
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
