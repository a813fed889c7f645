import { describe, expect, it } from 'vitest';
import { composeVariables, readSettings } from './settings.ts';

describe('the settings of docker-compose.yml', () => {
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
    expect(() => readSettings({ ORDERFLOW_SHARD2_PORT: port }, {})).toThrow(
      `ORDERFLOW_SHARD2_PORT must be a port number, 0 to 65535; got "${port}".`,
    );
  });

  it('go to Docker Compose as they were read', () => {
    const settings = readSettings(
      { ORDERFLOW_API_PORT: '1', ORDERFLOW_AWS_PORT: '2', ORDERFLOW_KAFKA_PORT: '3', ORDERFLOW_SHARD1_PORT: '4' },
      { ORDERFLOW_SHARD2_PORT: '5', ORDERFLOW_MASTER_PASSWORD: 'm', ORDERFLOW_DATABASE_PASSWORD: 'd' },
    );
    expect(readSettings(composeVariables(settings), {})).toEqual(settings);
  });
});
