import { benchJoin, joinBenchDefaults } from '../bench/join.ts';
console.log(JSON.stringify(await benchJoin({ shape: (process.argv[2] ?? 'star') as 'star', ...joinBenchDefaults })));
