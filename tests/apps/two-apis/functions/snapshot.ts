import type { Book } from './shared/model.ts';
import { all, put } from './shared/store.ts';

export async function handler(): Promise<void> {
  const takenAt = new Date().toISOString();
  const books = await all<Book>('books/');
  const snapshot = { takenAt, titles: books.length, books };

  await put(`snapshots/${takenAt}.json`, snapshot);
  await put('snapshots/latest.json', snapshot);
  console.log(JSON.stringify({ takenAt, titles: books.length }));
}
