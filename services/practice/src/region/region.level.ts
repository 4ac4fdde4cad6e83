import { registerEnumType } from 'type-graphql';

/** As region says it: an enum that two services take as input must be the same in both. */
export enum RegionLevel {
  WORLD = 'WORLD',
  REGION = 'REGION',
  SUBREGION = 'SUBREGION',
  INTERMEDIATE = 'INTERMEDIATE',
}
registerEnumType(RegionLevel, {
  name: 'RegionLevel',
  description: 'How wide an area of the M49 standard is.',
  valuesConfig: {
    WORLD: { description: 'The world, 001.' },
    REGION: { description: 'A continental region, such as Africa (002).' },
    SUBREGION: { description: 'Part of a region, such as Northern Africa (015).' },
    INTERMEDIATE: { description: 'Part of a subregion, such as Eastern Africa (014).' },
  },
});
