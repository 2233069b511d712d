-- Adds two columns without a default and the functions of the rule language; builds three indexes, which locks people and events against writing while it runs.

alter table person add column last_source jsonb, add column place jsonb;

create index person_zone on person (workspace_id, zone) where zone is not null and merged_into is null and erased_at is null;

create index person_gone on person (workspace_id, person_id) where merged_into is not null or erased_at is not null;

create index event_named on event (workspace_id, name, happened_at) include (lane, person_id) where call in ('track', 'page', 'screen', 'group');

create function rule_fold(x text) returns text language sql immutable parallel safe
  as $$ select case when octet_length(x) = length(x) then lower(x collate "C") else translate(lower(x collate "C"),
  'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠƢƤƦƧƩƬƮƯƱƲƳƵƷƸƼǄǅǇǈǊǋǍǏǑǓǕǗǙǛǞǠǢǤǦǨǪǬǮǱǲǴǶǷǸǺǼǾȀȂȄȆȈȊȌȎȐȒȔȖȘȚȜȞȠȢȤȦȨȪȬȮȰȲȺȻȽȾɁɃɄɅɆɈɊɌɎͰͲͶͿΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫϏϘϚϜϞϠϢϤϦϨϪϬϮϴϷϹϺϽϾϿЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮḀḂḄḆḈḊḌḎḐḒḔḖḘḚḜḞḠḢḤḦḨḪḬḮḰḲḴḶḸḺḼḾṀṂṄṆṈṊṌṎṐṒṔṖṘṚṜṞṠṢṤṦṨṪṬṮṰṲṴṶṸṺṼṾẀẂẄẆẈẊẌẎẐẒẔẞẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸỺỼỾ',
  'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵơƣƥʀƨʃƭʈưʊʋƴƶʒƹƽǆǆǉǉǌǌǎǐǒǔǖǘǚǜǟǡǣǥǧǩǫǭǯǳǳǵƕƿǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȝȟƞȣȥȧȩȫȭȯȱȳⱥȼƚⱦɂƀʉʌɇɉɋɍɏͱͳͷϳάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋϗϙϛϝϟϡϣϥϧϩϫϭϯθϸϲϻͻͼͽѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕßạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹỻỽỿ') end $$;

create function rule_text(v jsonb) returns text language sql immutable parallel safe
  as $$ select case jsonb_typeof(v) when 'string' then rule_fold(v #>> '{}') when 'boolean' then v #>> '{}' end $$;

create function rule_number(v jsonb) returns float8 language sql immutable parallel safe
  as $$ select case jsonb_typeof(v)
    when 'number' then case
      when abs(v::numeric) >= 1.797693134862315807e308 then case when v::numeric > 0 then float8 'infinity' else float8 '-infinity' end
      when abs(v::numeric) < 2.48e-324 then 0
      else v::float8 end
    when 'string' then case when v #>> '{}' ~ '^[ \t\n\r]*[+-]?([0-9]{1,30}([.][0-9]{0,30})?|[.][0-9]{1,30})([eE][+-]?[0-9]{1,2})?[ \t\n\r]*$' then (v #>> '{}')::float8 end
    end $$;

create function rule_day_of(x text) returns int language plpgsql immutable parallel safe
  as $$
declare
  y int := substr(x, 1, 4)::int;
  m int := substr(x, 6, 2)::int;
  d int := substr(x, 9, 2)::int;
begin
  if m < 1 or m > 12 or d < 1 or d > 31 or d > 28 and d > extract(day from make_date(y, m, 1) + interval '1 month -1 day') then return null; end if;
  return make_date(y, m, d) - date '1970-01-01';
end $$;

create function rule_instant(v jsonb) returns bigint language plpgsql immutable parallel safe
  as $$
declare
  x text;
  n float8;
  d int;
  rest text;
  ahead int := 0;
begin
  if jsonb_typeof(v) = 'number' then
    n := rule_number(v);
    n := floor(case when abs(n) < 1e11 then n * 1000 else n end);
    return case when n >= -30610224000000 and n < 253402300800000 then n::bigint end;
  end if;
  x := v #>> '{}';
  if jsonb_typeof(v) is distinct from 'string' or length(x) < 10 or x !~ '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$' then return null; end if;
  d := rule_day_of(substr(x, 1, 10));
  rest := substr(x, 12);
  if d is null or length(x) = 10 then return d * bigint '86400000'; end if;
  if substr(rest, 1, 2) > '23' or substr(rest, 4, 2) > '59' or substring(rest from '^.....:(..)') > '59' then return null; end if;
  if rest ~ '[+-]..:?..$' then
    if substring(rest from '[+-](..):?..$') > '15' or substring(rest from '(..)$') > '59' then return null; end if;
    ahead := substring(rest from '[+-](..):?..$')::int * 60 + substring(rest from '(..)$')::int;
    if rest ~ '-..:?..$' then ahead := -ahead; end if;
  end if;
  return d * bigint '86400000' + (substr(rest, 1, 2)::int * 60 + substr(rest, 4, 2)::int - ahead) * 60000
    + coalesce(substring(rest from '^.....:(..)')::int, 0) * 1000 + rpad(coalesce(substring(rest from '[.]([0-9]{1,3})'), ''), 3, '0')::int;
end $$;

create function rule_day(v jsonb) returns int language plpgsql immutable parallel safe
  as $$
declare
  at bigint := rule_instant(v);
begin
  return case when at is null then null when jsonb_typeof(v) = 'string' then rule_day_of(v #>> '{}') else floor(at / 86400000.0) end;
end $$;

create function rule_anniversary(born int, since int) returns int language plpgsql immutable parallel safe
  as $$
declare
  first date := date '1970-01-01' + born;
  y int := greatest(extract(year from first), extract(year from date '1970-01-01' + since));
  month date;
  falls int;
begin
  if born is null then return null; end if;
  loop
    month := make_date(y, extract(month from first)::int, 1);
    falls := month - date '1970-01-01' + least(extract(day from first), extract(day from month + interval '1 month -1 day'))::int - 1;
    if falls >= since then return falls; end if;
    y := y + 1;
  end loop;
end $$;

create function rule_remembered(v jsonb) returns jsonb language sql immutable parallel safe
  as $$ select case jsonb_typeof(v) when 'number' then v when 'boolean' then v
    when 'string' then case when v = '""' then null when length(v #>> '{}') <= 200 then v else to_jsonb(left(v #>> '{}', 200)) end end $$;

create function rule_measured(v jsonb) returns float8 language plpgsql immutable parallel safe
  as $$
declare
  n float8 := rule_number(rule_remembered(v));
begin
  return case when abs(n) <= 1e8 then n end;
end $$;

create function rule_key(v jsonb) returns text language sql immutable parallel safe
  as $$ select case jsonb_typeof(v) when 'string' then case when v <> '""' then 's' || rule_fold(left(v #>> '{}', 200)) end
    when 'number' then 'n' || rule_number(v) when 'boolean' then 'b' || (v #>> '{}') end $$;

create function rule_bucket(person uuid, seed bigint) returns int language plpgsql immutable parallel safe
  as $$
declare
  bytes bytea := uuid_send(person);
  x bigint := ((get_byte(bytes, 8) & 127) << 24) | (get_byte(bytes, 9) << 16) | (get_byte(bytes, 10) << 8) | get_byte(bytes, 11);
begin
  x := ((x # (x >> 16)) * 569420461) & 2147483647;
  x := ((x # (x >> 15)) * 1935289751) & 2147483647;
  x := x # (x >> 15) # seed;
  x := ((x # (x >> 16)) * 569420461) & 2147483647;
  x := ((x # (x >> 15)) * 1935289751) & 2147483647;
  return ((x # (x >> 15)) * 10000) >> 31;
end $$;

create function rule_at(v jsonb, path text[]) returns jsonb language plpgsql immutable parallel safe
  as $$
declare
  part text;
begin
  foreach part in array path loop
    v := case when part ~ '^[0-9]+$' then v #> array[part] else v -> part end;
  end loop;
  return v;
end $$;

create function rule_each(v jsonb, path text[]) returns jsonb language sql immutable parallel safe
  as $$ select case when jsonb_typeof(v) = 'array' then
    (select coalesce(jsonb_agg(rule_at(item.value, path)) filter (where rule_at(item.value, path) is not null), '[]') from jsonb_array_elements(v) item) end $$;

create function rule_list_has(v jsonb, texts text[], numbers float8[], numerals float8[]) returns boolean language sql immutable parallel safe
  as $$ select jsonb_typeof(v) = 'array' and exists (
    select 1 from jsonb_array_elements(case when jsonb_typeof(v) = 'array' then v end) item
    where rule_text(item.value) = any(texts) or rule_number(item.value) = any(numbers) or jsonb_typeof(item.value) = 'number' and rule_number(item.value) = any(numerals)) $$;
