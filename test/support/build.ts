import { execFileSync } from 'node:child_process';

/** The tests run what is built, since that is what people run. */
export default function build(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { stdio: 'inherit' });
}
