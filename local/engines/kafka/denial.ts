/** Something that the broker has refused a user, in Kafka's words. */
export interface Denial {
  readonly user: string;
  /** Such as `DESCRIBE_CONFIGS`. */
  readonly operation: string;
  /** Such as `TRANSACTIONAL_ID`. */
  readonly resourceType: string;
  readonly resourceName: string;
}

/** As Kafka's authorizer writes it. */
const LINE =
  /^INFO logger Principal = User:(?<user>.+) is Denied operation = (?<operation>\w+) from host = \S+ on resource = (?<resourceType>\w+):LITERAL:(?<resourceName>.*) for request = \w+ with /;

/** Reads a line of the broker's log. @returns undefined for a line about anything else */
export function readDenial(line: string): Denial | undefined {
  const { user, operation, resourceType, resourceName } = LINE.exec(line)?.groups ?? {};
  if (user === undefined || operation === undefined || resourceType === undefined || resourceName === undefined) return;
  return {
    user,
    operation,
    resourceType: resourceType.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
    resourceName,
  };
}
