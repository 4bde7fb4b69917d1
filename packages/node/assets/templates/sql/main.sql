-- How often each word comes in the unit's input, a table with a column named text.
SELECT word, count(*) AS n
FROM (SELECT unnest(regexp_extract_all(lower(text), '[a-z]+')) AS word FROM input)
GROUP BY word
ORDER BY word;
