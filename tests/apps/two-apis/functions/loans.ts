import type { APIGatewayProxyHandler, APIGatewayProxyResult } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { jsonObject, reply } from './shared/http.ts';
import { type Book, bookKey, DAY, type Loan, loanKey } from './shared/model.ts';
import { get, put, update } from './shared/store.ts';

const LOAN_DAYS = 21;

export const handler: APIGatewayProxyHandler = async (event) => {
  const { isbn, loanId } = event.pathParameters ?? {};
  if (event.httpMethod === 'POST' && isbn) return borrow(isbn, jsonObject(event.body)?.member);
  if (event.httpMethod === 'DELETE' && isbn && loanId) return giveBack(isbn, loanId);
  return reply(404, { message: 'Not found' });
};

async function borrow(isbn: string, member: unknown): Promise<APIGatewayProxyResult> {
  if (typeof member !== 'string' || !member) return reply(400, { message: 'member is required' });
  if (!(await get<Book>(bookKey(isbn)))) return reply(404, { message: 'No such book' });

  const taken = await update<Book>(bookKey(isbn), (book) =>
    book.available > 0 ? { ...book, available: book.available - 1 } : undefined,
  );
  if (!taken) return reply(409, { message: 'No copy is available' });

  const now = Date.now();
  const loan: Loan = {
    loanId: randomUUID(),
    isbn,
    member,
    status: 'open',
    borrowedAt: new Date(now).toISOString(),
    dueAt: new Date(now + LOAN_DAYS * DAY).toISOString(),
  };
  await put(loanKey(isbn, loan.loanId), loan);
  return reply(201, loan);
}

async function giveBack(isbn: string, loanId: string): Promise<APIGatewayProxyResult> {
  const returned = await update<Loan>(loanKey(isbn, loanId), (loan) =>
    loan.status === 'returned' ? undefined : { ...loan, status: 'returned', returnedAt: new Date().toISOString() },
  );
  if (!returned) return reply(404, { message: 'No such open loan' });

  await update<Book>(bookKey(isbn), (book) => ({ ...book, available: Math.min(book.copies, book.available + 1) }));
  return reply(200, returned);
}
