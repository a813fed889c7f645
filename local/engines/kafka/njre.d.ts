/** The part of njre 3 that is used here; the package has no types of its own. */
declare module 'njre' {
  const njre: {
    /** Fetches a Java runtime, verifies it, and unpacks it into the folder `jre` beside `installPath`. */
    install(version: number, options: { installPath: string }): Promise<string>;
  };
  export default njre;
}
