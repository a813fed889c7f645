export interface Book {
  isbn: string;
  title: string;
  author: string;
  copies: number;
  available: number;
}

export interface Loan {
  loanId: string;
  isbn: string;
  member: string;
  status: 'open' | 'overdue' | 'returned';
  borrowedAt: string;
  dueAt: string;
  returnedAt?: string;
}

export const DAY = 24 * 60 * 60 * 1000;

export const bookKey = (isbn: string) => `books/${isbn}.json`;
export const loanKey = (isbn: string, loanId: string) => `loans/${isbn}/${loanId}.json`;
