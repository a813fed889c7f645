import type { APIGatewayProxyHandler } from 'aws-lambda';
import { reply } from './shared/http.ts';
import type { Loan } from './shared/model.ts';
import { all, get, keys } from './shared/store.ts';

/** GET /loans[?status=], GET /loans/{isbn}, GET /snapshots, GET /snapshots/{name} */
export const handler: APIGatewayProxyHandler = async (event) => {
  if (event.httpMethod !== 'GET') return reply(405, { message: 'Method not allowed' });

  const [collection, id] = (event.pathParameters?.proxy ?? '').split('/');
  if (collection === 'loans') {
    const status = event.queryStringParameters?.status;
    const loans = await all<Loan>(id ? `loans/${id}/` : 'loans/');
    return reply(200, { loans: status ? loans.filter((loan) => loan.status === status) : loans });
  }
  if (collection === 'snapshots' && !id) {
    return reply(200, { snapshots: (await keys('snapshots/')).map((key) => key.slice('snapshots/'.length)) });
  }
  if (collection === 'snapshots') {
    const snapshot = await get(`snapshots/${id}`);
    return snapshot ? reply(200, snapshot.value) : reply(404, { message: 'No such snapshot' });
  }
  return reply(404, { message: 'Not found' });
};
