import { Field, Int, ObjectType } from 'type-graphql';
import { PracticeDimension } from './dimension.js';

@ObjectType({ description: 'How many practices there are for one value of the dimension.' })
export class PracticeStatisticsRow {
  constructor(
    readonly dimension: PracticeDimension,
    key: string,
    count: number,
  ) {
    this.key = key;
    this.count = count;
  }

  @Field(() => String, {
    description:
      'The value: a State’s alpha-3 code, a slug, an M49 code, an enum value, a language tag, a year or month.',
  })
  key: string;

  @Field(() => Int, { description: 'How many practices have this value.' })
  count: number;
}

@ObjectType({ description: 'Counts of the practices the viewer may know of, by the values of a dimension.' })
export class PracticeStatistics {
  @Field(() => Int, { description: 'How many practices there are, each counted once.' })
  total!: number;

  @Field(() => Int, {
    description:
      'How many of them count in no row: the value is missing or, by REGION, every region of their scope is wider than the level asked for or is not divided at that level.',
  })
  unassigned!: number;

  @Field(() => [PracticeStatisticsRow], {
    description:
      'A row per value that occurs, the largest count first, equal ones by key. A practice counts once for each of its values, so the counts may add up to more than the total.',
  })
  rows!: PracticeStatisticsRow[];
}
