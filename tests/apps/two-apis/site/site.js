const message = document.querySelector('#message');

try {
  const { apiUrl } = await (await fetch('config.json')).json();
  const response = await fetch(`${apiUrl}books`);
  if (!response.ok) throw new Error(`The catalogue answered ${response.status}`);

  const { books } = await response.json();
  for (const book of books.sort((a, b) => a.title.localeCompare(b.title))) {
    const row = document.querySelector('#books').insertRow();
    for (const text of [book.title, book.author, book.isbn, `${book.available} of ${book.copies}`]) {
      row.insertCell().textContent = text;
    }
  }
  message.textContent = books.length ? '' : 'There are no books yet.';
} catch (error) {
  message.textContent = error.message;
}
