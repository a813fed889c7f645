import type { APIGatewayProxyHandler } from 'aws-lambda';
import { reply } from './shared/http.ts';
import { type Book, bookKey } from './shared/model.ts';
import { all, get } from './shared/store.ts';

export const handler: APIGatewayProxyHandler = async (event) => {
  const isbn = event.pathParameters?.isbn;
  if (!isbn) return reply(200, { books: await all<Book>('books/') });

  const book = await get<Book>(bookKey(isbn));
  return book ? reply(200, book.value) : reply(404, { message: 'No such book' });
};
