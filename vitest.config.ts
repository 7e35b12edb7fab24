import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    // Real processes and real sockets on a small machine: generous limits, they only bound what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // A CI service's own variables must not decide what the tests see; each test makes its own environment.
    env: { CI: '' },
  },
});
