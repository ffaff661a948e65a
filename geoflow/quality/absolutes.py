"""Phrases that claim more than a test can show: it holds always, everywhere, for everything."""

from geoflow.quality.phrases import phrases

_UNIVERSAL = (
    r"(?:all|any|every|each and every|every single|any and all|all and any|whatever|any given|all known|"
    r"(?:all|any|every) (?:possible|conceivable|imaginable|thinkable|kinds? of|sorts? of|types? of|manner of)|just any|"
    r"absolutely (?:all|any|every)|almost (?:all|any|every))"
)
_ANYTHING = (
    "platforms?|environments?|devices?|machines?|systems?|operating systems?|browsers?|inputs?|data|hardware|computers?|networks?|"
    "loads?|workloads?|sizes?|situations?|circumstances?|conditions?|cases?|contexts?|users?|people|persons?|"
    "individuals?|customers?|countries|country|languages?|places?|times?|days?|points? in time|moments?|hours?|occasions?|"
    "eventuality|eventualities|contingency|contingencies|settings|set-ups?|setups?|installations?|deployments?|"
    "respects?|ways?|purposes?|needs?|uses?|use cases?|demands?|volumes?|errors?|failures?|faults?|problems?|"
    "attacks?|threats?|intents and purposes|part(?:y|ies)|audiences?|stakeholders?|readers?|"
    "architectures?|screens?|displays?|scale|length|amount|quantity|opportunity|stage|second|minute|year|"
    "instances?|angle|corner|doubt|exceptions?|sense|budget|price|cost|means"
)
_PERIOD = r"(?:every|each) (?:other )?(?:second|minute|hours?|days?|year)\b"
"""How often something happens can be counted."""
_PERFECT = (
    r"(?:100 ?(?:%|percent|per ?cent)|one hundred per ?cent|a hundred per ?cent|total|complete|absolute|full|perfect|utter|"
    r"guaranteed|unconditional|unlimited|infinite|unbounded|unfailing|flawless|faultless|impeccable|ultimate|unbreakable|"
    r"unbroken|uninterrupted|unwavering|constant|permanent|eternal|maximum possible|zero)"
)
_IDEAL = (
    "reliability|accuracy|correctness|availability|uptime|coverage|security|certainty|success|safety|precision|"
    "compatibility|consistency|confidence|integrity|protection|privacy|stability|efficiency|resilience|"
    "satisfaction|durability|robustness|trust|quality|completeness|dependability|interoperability|downtime|errors?|"
    "defects?|failures?|bugs?|mistakes?|faults?|outages?|interruptions?|flaws?|risks?|vulnerabilities|latency|data loss|"
    "loss|side effects|crashes|delay|waste|effort|surprises"
)
_OFF = r"(?=\s*(?:[.,;:)—–\0]|\Z|-\s)|\s+(?:and|but|or|while|when|even|without|so)\b)"
_BEYOND = (
    r"(?: (?:whatsoever|alike|imaginable|conceivable|possible|at all|in the world|there is|there are|on earth|worldwide|"
    r"of the (?:day|year|night|week)|around the \w+|that (?:there is|exists?|may \w+|can \w+|could \w+|might \w+|comes?(?: \w+)*)|"
    r"of any \w+|it (?:meets|gets|runs on|is given|receives|encounters)|ever \w+|you can think of|anyone \w+(?: \w+)?))*"
)

ABSOLUTE = phrases(
    rf"(?:on|for|to|in|at|with|under|by|of|from|across|against|during|throughout|via|into|over|among|through|beyond) (?!{_PERIOD}){_UNIVERSAL} (?:other |given )?«{_ANYTHING}»{_BEYOND}{_OFF}",
    r"(?:under|in) (?:all|any|every|whatever|no|any and all) (?:possible |conceivable |imaginable |given )?«circumstances?|conditions?|events?|situations?|eventuality|eventualities»",
    r"in (?:all|every|each and every) (?:possible |conceivable |imaginable |single )?«cases?|instances?»(?! of| where| in| that| when)",
    rf"(?:for|to|by|with|from|at|in|on|among|against) «everyone|everybody|anyone|anything|everything|everywhere|one and all|all and sundry|all concerned|all comers»{_BEYOND}{_OFF}",
    rf"«everywhere|forever|for ever|for good|eternally|evermore|whatsoever|perpetually|incessantly|ceaselessly|unceasingly|unconditionally|endlessly|infinitely|universally|for all (?:time|eternity)|(?:to|till|until) the end of (?:time|days)|all the time|the whole time|the entire time|every time|every single time|all day(?: long)?|all year(?: round)?|year-round|24 ?/ ?7|day and night|night and day|day in,? day out|once and for all|anytime|at any (?:given )?point(?: in time)?|around the globe|in every (?:way|respect|sense|detail)|in all respects|by all means|at (?:all costs|any cost|any price)|rain or shine|in any (?:event|case)|at no time|(?:under|in) no (?:circumstances|conditions?)|in no (?:case|event|way)|on no account|by no means|not once|not a single time|not ever|never again|never once|beyond (?:any |all |every )?(?:doubt|question|reproach)|without (?:(?:the slightest |any |a )?doubt|limits?|limitations?|restrictions?|reservations?|compromises?|qualification)|with no (?:exceptions?|limits?|limitations?|restrictions?)|no exceptions?|to the very last \w+|down to the last \w+|from now on and for \w+|for as long as \w+ exists?»{_OFF}",
    r"«at all times|at every moment|at each and every moment|no matter (?:what|how|when|where|which|who)(?: (?:happens|else|comes|the \w+))*|without (?:any |a single |the slightest )?exceptions?|without fail|come what may|regardless of (?:the |any |all )?(?:circumstances|conditions|situation)|irrespective of (?:the |any |all )?(?:circumstances|conditions|situation)|whatever (?:happens|comes|may come|the circumstances|the situation|the case|the conditions|the cost|it takes)|in perpetuity|round the clock|around the clock|absolute certainty|rates? of 100 ?%»",
    rf"(?:whatever|whichever|no matter (?:what|which|how \w+)|regardless of|irrespective of|independently of|independent of|unaffected by) (?:the |any |every |all |its )?«{_ANYTHING}»(?: (?:is|are|may be|might be|it \w+|happens?|chosen|given|used))*{_OFF}",
    rf"(?:with|at|to|achieve|provide|guarantee|ensure|give|offer|reach|have|deliver|maintain) {_PERFECT}(?: \w+)? «{_IDEAL}»",
    r"100 ?(?:%|percent|per cent)(?= *(?:of the time|reliab|accura|correct|availab|uptime|cover|secure|certain|success|safe|precis|compat|of (?:all|the) \w+))|one hundred per ?cent|a hundred per ?cent",
    r"«(?:never(?: ever)?|not ever|without fail|must not ever) (?:fails?(?: to)?|crash(?:es)?|loses?|goes? (?:down|wrong)|breaks?|misses|miss|errs?|stops?|hangs?|forgets?|neglects?|omits?|be (?:down|unavailable|wrong|late|lost|interrupted))|zero (?:downtime|errors?|defects?|failures?|bugs|data loss|risk|tolerance|mistakes?)|fool-?proof|bullet-?proof|fail-?proof|future-?proof|infallible|infallibly|error-?free|bug-?free|fault-?free|risk-?free|flawless|flawlessly|faultless|faultlessly|impeccable|impeccably|perfect(?:ly)?|absolutely|unfailing|unfailingly|unerring|unerringly|totally|utterly|invariably|unquestionably|undoubtedly|indisputably|impossible to (?:break|circumvent|bypass|misuse|get wrong|lose)|guaranteed to|without (?:any |a single )(?:errors?|failures?|mistakes?|defects?|faults?|interruptions?|loss|downtime|outages?|delays?|problems?|flaws?)»",
    r"«(?:eliminate|prevent|exclude|avoid|rule out|catch|detect|handle|cover|solve|anticipate|foresee|support|satisfy|withstand|survive|resist) (?:all|any|every)(?: (?:possible|conceivable|imaginable|kinds? of|potential|future|kind of))? (?:errors?|failures?|risks?|problems?|attacks?|threats?|bugs?|mistakes?|faults?|needs?|situations?|eventuality|cases?|misuse|circumstances|loss|losses|doubts?|users?|conditions?)»",
    r"(?:SHALL|MUST|shall|must)(?: NOT| not)? (?P<q>«always|ever|at all times|forever|without exception|without fail|constantly|continually|unceasingly|perpetually|invariably|inevitably|under all circumstances|in all cases|in any case|in every case|never ever|on no account|by all means|everywhere|permanently guarantee»)",
    r"«each and every|any and all|all and any|every (?:single|possible|conceivable|imaginable|thinkable|last|one of)|all (?:possible|conceivable|imaginable|thinkable|kinds of|sorts of|manner of)|any (?:possible|conceivable|imaginable|thinkable)|everything imaginable|anything and everything|everyone and everything|anyone and everyone|one hundred percent»",
)
