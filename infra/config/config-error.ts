/** Thrown for a CDK context that cannot be built: a sentence for each problem, one to a line, that names key and remedy. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
