/** What a data file says about a date, as a precision and the days that enclose it. */
import { DatePrecision } from '../workshop/workshop.js';

export interface Dates {
  precision: DatePrecision;
  earliest: string;
  latest: string;
}

/** Reads "day", "month:YYYY-MM" or "between:YYYY-MM/YYYY-MM"; throws when it is none of these. */
export function datesOf(form: string, startDate: string | null, endDate: string | null): Dates {
  if (form === 'day' && startDate && endDate)
    return { precision: DatePrecision.DAY, earliest: startDate, latest: endDate };
  const match = /^(?:month:(\d{4}-\d{2})|between:(\d{4}-\d{2})\/(\d{4}-\d{2}))$/.exec(form);
  if (!match || startDate || endDate) throw new Error(`A workshop's date is not understood: ${form}.`);
  const [, month, from, to] = match;
  return month
    ? { precision: DatePrecision.MONTH, earliest: `${month}-01`, latest: lastDay(month) }
    : { precision: DatePrecision.BETWEEN, earliest: `${from}-01`, latest: lastDay(to!) };
}

const lastDay = (month: string): string => {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
};
