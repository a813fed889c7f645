import type { APIGatewayProxyHandler } from 'aws-lambda';
import { jsonObject, reply } from './shared/http.ts';
import { type Book, bookKey } from './shared/model.ts';
import { get, put, update } from './shared/store.ts';

export const handler: APIGatewayProxyHandler = async (event) => {
  const isbn = event.pathParameters!.isbn!;
  const { title, author, copies } = jsonObject(event.body) ?? {};
  if (typeof title !== 'string' || typeof author !== 'string') {
    return reply(400, { message: 'title and author are required' });
  }
  if (typeof copies !== 'number' || !Number.isInteger(copies) || copies < 0) {
    return reply(400, { message: 'copies has to be a whole number' });
  }

  if (!(await get<Book>(bookKey(isbn)))) {
    const book: Book = { isbn, title, author, copies, available: copies };
    await put(bookKey(isbn), book);
    return reply(201, book);
  }

  const book = await update<Book>(bookKey(isbn), (old) => {
    const lent = old.copies - old.available;
    return copies < lent ? undefined : { isbn, title, author, copies, available: copies - lent };
  });
  return book ? reply(200, book) : reply(409, { message: 'More copies than that are lent' });
};
