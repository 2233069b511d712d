import { Command } from 'commander';
import { Problem } from '#contract/problems.ts';
import { backup, restore } from './backup.ts';
import { apply, exportTo, plan, sayLine } from './definitions.ts';
import { doctor } from './doctor.ts';
import { type RehearseOptions, rehearse } from './rehearse.ts';
import { link, migrateOnly, start } from './start.ts';

const program = new Command('throughline')
  .description('The marketing automation operating system.')
  .version(process.env.npm_package_version ?? '0.1.0')
  .showHelpAfterError();
const json = ['--json', 'answer as JSON'] as const;

program
  .command('start')
  .description('start the server, the loops and the senders of ROLES')
  .action(() => start());
program
  .command('dev')
  .description('start with a practice audience, for work on Throughline itself')
  .action(() => start());
program
  .command('migrate')
  .description('bring the database to this version, and stop')
  .option(...json)
  .action(migrateOnly);
program
  .command('link')
  .description('print a new one-time sign-in link')
  .option(...json)
  .action(link);
program
  .command('export <dir>')
  .description('write the definitions of a workspace as files')
  .option('--drafts', 'drafts instead of what is published')
  .option('--prune', 'remove files of definitions that are gone')
  .option(...json)
  .action(exportTo);
program
  .command('plan <dir>')
  .description('show what applying a folder would change, and what is unsafe')
  .option(...json)
  .action(plan);
program
  .command('apply <dir>')
  .description('save a folder of definitions as drafts, or publish them')
  .option('--publish', 'publish as well')
  .option('--note <text>', 'a note for the versions', '')
  .option('--reason <text>', 'why it may go beyond the budget of complexity', '')
  .option(...json)
  .action(apply);
program
  .command('rehearse [dir]')
  .description('show what applying a folder would have come to, or what is in force; nothing is written to anybody and nothing is sent')
  .option('--days <number>', 'over so many days of the past', '30')
  .option('--next <number>', 'over so many days to come, with people who behave as people have lately')
  .option('--seed <text>', 'the seed of the days to come', '1')
  .option('--futures <number>', 'draw the days to come so many times, and tell their mean')
  .option('--share <number>', 'look at only so many of the people, as 0.1', '1')
  .option('--most-messages <number>', 'fail when more messages would go out on a day')
  .option('--most-in-a-week <number>', 'fail when somebody would get more marketing by one channel within seven days')
  .option('--most-entered <number>', 'fail when more runs would begin in a journey')
  .option(...json)
  .action((dir: string | undefined, options: RehearseOptions) => rehearse(dir, options));
program
  .command('backup <file>')
  .description('write everything into one file')
  .option(...json)
  .action(backup);
program
  .command('restore <file>')
  .description('put a backup back, into an empty database')
  .option(...json)
  .action(restore);
program
  .command('doctor')
  .description('check the set-up and say what is wrong')
  .option(...json)
  .action(doctor);
program
  .command('simulate')
  .description('play days of traffic with faults against the real code, and check the invariants after every tick')
  .option('--seed <text>', 'the seed; the same seed plays the same history', String(Date.now()))
  .option('--days <number>', 'simulated days', '30')
  .option(...json)
  .action(async (options: { seed: string; days: string; json?: boolean }) => (await import('./simulate.ts')).simulate(options));

program.parseAsync().catch((error: unknown) => {
  const asJson = process.argv.includes('--json');
  if (error instanceof Problem) {
    const details = error.details === null ? '' : `\n${sayDetails(error.details)}`;
    console.error(asJson ? JSON.stringify(error.toJSON()) : `${error.message} ${error.toJSON().hint}${details}`);
  } else console.error(asJson ? JSON.stringify({ code: 'unexpected', message: String(error) }) : error);
  process.exit(1);
});

function sayDetails(details: unknown): string {
  if (!Array.isArray(details)) return JSON.stringify(details);
  return details.map((line: Record<string, unknown>) => `  ${sayLine(line)}`).join('\n');
}
