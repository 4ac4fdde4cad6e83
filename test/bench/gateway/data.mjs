/**
 * Who bought what and said what of it: as many records, and as long, as in the public graphql-gateways-benchmark, so
 * that figures compare. There, too, the first user wrote every review, and every user's reviews are the first two.
 */
export const users = [
  ['1', 'amara', 'Amara Okonkwo'],
  ['2', 'birgitta', 'Birgitta Lund'],
  ['3', 'chandrasekhar', 'Chandra Sekhar'],
  ['4', 'dilnoza', 'Dilnoza Karimova'],
  ['5', 'estebanruiz', 'Esteban Ruiz'],
  ['6', 'fatima', 'Fatima Zahra'],
].map(([id, username, name]) => ({ id, username, name, birthday: 1_000_000_000 + Number(id) }));

export const products = [
  ['1', 'Bench', 899, 100, true],
  ['2', 'Shelf', 1299, 1000, false],
  ['3', 'Mug', 15, 20, false],
  ['4', 'Stool', 499, 100, false],
  ['5', 'Radio', 1299, 1000, true],
  ['6', 'Torch', 6999, 300, true],
  ['7', 'Stove', 3999, 2000, true],
  ['8', 'Freezer', 100_000, 6000, false],
  ['9', 'Divan', 9999, 800, true],
].map(([upc, name, price, weight, inStock]) => ({ upc, name, price, weight, inStock }));

const praise =
  'It came on the day that was promised, in one piece and with everything in the box. We have used it every day since, ' +
  'and what was said of it turned out to be so. The paint holds, nothing rattles, and the leaflet can be understood. ' +
  'If one thing could be better it is the screws, of which there were two too many. I would buy it again for my sister. ';
const text = (length) => praise.repeat(3).slice(0, length);

/** The product each is about, and how many characters it has. */
export const reviews = [
  ['1', 445],
  ['1', 289],
  ['1', 275],
  ['1', 143],
  ['2', 445],
  ['2', 289],
  ['2', 275],
  ['2', 143],
  ['3', 143],
  ['4', 143],
  ['4', 844],
].map(([upc, length], i) => ({ id: String(i + 1), body: text(length), upc }));

export const reviewsOfUser = reviews.slice(0, 2);
export const [author] = users;
