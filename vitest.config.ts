import { defineConfig } from 'vitest/config';

const conditions = ['@shoal/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // A hanging test is found all the same; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Two cores: more files at once only makes the real-process tests slower.
    maxWorkers: 2,
  },
});
