/** njre 3 has no types of its own. */
declare module 'njre' {
  const njre: {
    /** Downloads a Java runtime, verifies it, and unpacks it into the folder `jre` beside `installPath`. */
    install(version: number, options: { installPath: string }): Promise<string>;
  };
  export default njre;
}
