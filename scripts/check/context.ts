// What every check is given.

/** The tarball, as `npm pack --json` describes it. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly path: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

export interface Context {
  /** Temporary; removed when the checks have ended. */
  readonly folder: string;
  /** Where the tarball and its SBOM go. */
  readonly out: string;
  /** Whether a document that differs is written anew. */
  readonly write: boolean;
  /** Packs when a check first asks for it. */
  readonly packed: () => Promise<Packed>;
  /** The folder of a project with the package in it, installed when a check first asks for it. */
  readonly project: () => Promise<string>;
}

/** @returns one line about what it found in order @throws where something is wrong, or cannot be checked */
export type Check = (context: Context) => string | Promise<string>;
