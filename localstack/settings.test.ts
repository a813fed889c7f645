import { describe, expect, it } from 'vitest';
import { UsageError } from '../tooling/errors.ts';
import { chooseFreePorts, composeVariables, portClaims, readSettings } from './settings.ts';

describe('the settings of docker-compose.yml', () => {
  it('let each shard have any free port when the first one may', async () => {
    const { ports } = readSettings({ ORDERFLOW_POSTGRES_PORT: '0' }, {});
    expect(ports.shards).toEqual([0, 0]);
    const chosen = await chooseFreePorts(ports);
    expect(chosen).toMatchObject({ api: 8080, aws: 4566, kafka: 9092 });
    expect(new Set(chosen.shards).size).toBe(2);
  });

  it('claim the ports by the variables that change them', () => {
    expect(portClaims(readSettings({}, {}).ports)).toEqual([
      { port: 8080, part: 'the front door', variable: 'ORDERFLOW_API_PORT' },
      { port: 4566, part: 'LocalStack', variable: 'ORDERFLOW_AWS_PORT' },
      { port: 9092, part: 'Kafka', variable: 'ORDERFLOW_KAFKA_PORT' },
      { port: 5432, part: 'shard1', variable: 'ORDERFLOW_POSTGRES_PORT' },
      { port: 5433, part: 'shard2', variable: 'ORDERFLOW_POSTGRES_PORT' },
    ]);
  });

  it('have defaults for everything', () => {
    expect(readSettings({}, {})).toEqual({
      ports: { api: 8080, aws: 4566, kafka: 9092, shards: [5432, 5433] },
      passwords: { master: 'masterpass', application: 'orderpass' },
    });
  });

  it('come from the environment before the file .env', () => {
    const dotEnv = { ORDERFLOW_API_PORT: '8081', ORDERFLOW_KAFKA_PORT: '9093' };
    const { ports } = readSettings({ ORDERFLOW_API_PORT: '8082' }, dotEnv);
    expect(ports.api).toBe(8082);
    expect(ports.kafka).toBe(9093);
  });

  it('count what is empty as not set, as the compose file does', () => {
    expect(readSettings({ ORDERFLOW_API_PORT: '' }, { ORDERFLOW_DATABASE_PASSWORD: '' })).toEqual(readSettings({}, {}));
  });

  it.each(['http', '-1', '65536', '80.5'])('refuse the port %s by the name of its variable', (port) => {
    expect(() => readSettings({ ORDERFLOW_POSTGRES_PORT: port }, {})).toThrow(
      new UsageError(`ORDERFLOW_POSTGRES_PORT must be a port number, 0 to 65535; got "${port}".`),
    );
  });

  it('go to Docker Compose as they were read', () => {
    const settings = readSettings(
      { ORDERFLOW_API_PORT: '1', ORDERFLOW_AWS_PORT: '2', ORDERFLOW_KAFKA_PORT: '3', ORDERFLOW_POSTGRES_PORT: '4' },
      { ORDERFLOW_MASTER_PASSWORD: 'm', ORDERFLOW_DATABASE_PASSWORD: 'd' },
    );
    expect(settings.ports.shards).toEqual([4, 5]);
    expect(readSettings(composeVariables(settings), {})).toEqual(settings);
    expect(composeVariables(settings)).toMatchObject({ ORDERFLOW_POSTGRES_PORT_2: '5' });
  });
});
