/*
 * What peers.mjs uses of packages that only bench/package.json installs, so that checking types needs no installation.
 */

declare module '@posthog/mcp' {
  export function instrument(server: object, client: import('posthog-node').PostHog): void;
}

declare module 'mcpcat' {
  export function track(
    server: object,
    project: string,
    options: { apiBaseUrl: string; disableDiagnostics: boolean },
  ): void;
}

declare module '@opentelemetry/sdk-metrics' {
  type Attributes = Record<string, string | boolean>;
  interface Meter {
    createCounter(name: string): { add(value: number, attributes: Attributes): void };
    createHistogram(name: string, options: { unit: string }): { record(value: number, attributes: Attributes): void };
  }
  export class PeriodicExportingMetricReader {
    constructor(options: { exporter: object });
  }
  export class MeterProvider {
    constructor(options: { readers: PeriodicExportingMetricReader[] });
    getMeter(name: string): Meter;
    shutdown(): Promise<void>;
  }
}

declare module '@opentelemetry/exporter-metrics-otlp-http' {
  export class OTLPMetricExporter {
    constructor(options: { url: string });
  }
}
