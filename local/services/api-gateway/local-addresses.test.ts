import { expect, it } from 'vitest';
import { stackOf } from '../../assembly/deploy-fixture.ts';
import { servicesFixture } from '../services-fixture.ts';

const api = (Name: string) => ({ Type: 'AWS::ApiGateway::RestApi', Properties: { Name } });

it('in texts for browsers, the addresses of REST APIs are those of this run, without the stage', async () => {
  const { apiGateway, deploy } = servicesFixture();
  const stack = stackOf('app', { Resources: { Books: api('books'), Staff: api('staff') } });
  // In a run the templates are known before.
  await deploy([stack], {});
  await apiGateway.open();
  apiGateway.restApis.clear();
  await deploy([stack], {});
  const [books, staff] = [...apiGateway.restApis.values()];
  const text = (id = '') => `{"url":"https://${id}.execute-api.us-east-1.amazonaws.com/v1/","other":1}`;
  expect(books?.listener.port).not.toBe(staff?.listener.port);
  for (const each of [books, staff]) {
    expect(apiGateway.withLocalAddresses(text(each?.id))).toBe(
      `{"url":"http://127.0.0.1:${each?.listener.port}/","other":1}`,
    );
  }
  expect(apiGateway.withLocalAddresses(text('elsewhere'))).toBe(text('elsewhere'));
});
