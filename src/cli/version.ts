import packageJson from '../../package.json' with { type: 'json' };

/** From package.json; the build makes it a constant. */
export const VERSION: string = packageJson.version;
