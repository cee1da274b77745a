"""Lines that nobody would write: made of the language's pieces, and good lines damaged."""

from __future__ import annotations

import random
from pathlib import Path

from test_shell_corpus import FILES, commands

SEED = Path(__file__).parent / "corpus" / "seed.ps1"
GOOD = [command for path in FILES for command, _ in commands(path.read_text())] + SEED.read_text().splitlines()

_PIECES = r"""
$x $_ $null $true $a.b $x[0] $h.Keys ${a b} $script:y $? $Error
'text' 'it''s' "a $x b" "$($x.Name)" "`n`$" @' '@ 5 -5 1.5 10MB 0x1F 1e400 007 99999999999999999999
( ) { } [ ] @( @{ $( , ; | & . .. :: :: = += -= ++ -- ! # <# #> ` < > 2>$null && ||
-eq -ne -gt -lt -like -match -notmatch -replace -split -join -in -contains -and -or -not -xor -f -is -as -band -bnot
+ - * / % -ceq -imatch -isplit [int] [datetime] [string[]] [nosuch] [pscustomobject] [math]::Round [datetime]::Now
if elseif else foreach in while do until for switch try catch finally return break continue throw exit function param
Get-Mailbox Get-MessageTraceV2 Where-Object ? % select sort group measure ft fl fw ConvertTo-Json ConvertTo-Csv
ConvertFrom-Json Out-String Get-Date New-TimeSpan Write-Output Write-Error Get-Member Select-Object Compare-Object
-Identity -Status -First -Property -Expand -Descending -Unique -ErrorAction -WhatIf -Confirm:$false -Foo: -a -Format
anna@example.com Failed Name Size * a* 11/24/2026 90.00:00:00 a,b .Name .Split(',') .ToString('x') .AddDays(1)
(a+)+$ [ (?<n>x) {0:N2} {0,99} {9} 1..9 1..99999 @x @h
"""
PIECES = (
    *_PIECES.split(),
    "@'\n'@",
    "\u201cx\u201d",
    "\u2013eq",
    "\u00e9",
    "\u4e2d",
    "\U0001f600",
    "\x00",
    "\x1b[2J",
    "\ud800",
)


def made_up(chance: random.Random) -> str:
    """Pieces in any order."""
    between = chance.choice((" ", " ", "", "\n"))
    return between.join(chance.choice(PIECES) for _ in range(chance.randrange(1, 14)))


def damaged(chance: random.Random) -> str:
    """A good line that was cut, doubled, mixed with another one or with pieces."""
    line = chance.choice(GOOD)
    for _ in range(chance.randrange(1, 4)):
        start, end = sorted((chance.randrange(len(line) + 1), chance.randrange(len(line) + 1)))
        kind = chance.randrange(6)
        if kind == 0:
            line = line[:start] + line[end:]
        elif kind == 1:
            line = line[:end] + line[start:]
        elif kind == 2:
            line = line[:start] + chance.choice(PIECES) + line[start:]
        elif kind == 3:
            line = line[:start] + chance.choice(GOOD)[start:end] + line[end:]
        elif kind == 4:
            line = line[:start] + chance.choice("()[]{}'\"`$@|;,.-=#<>&% \n") + line[start + 1 :]
        else:
            line = line[:start] + line[start:end][::-1] + line[end:]
        line = line[:2000]
    return line


def lines(seed: int, count: int) -> list[str]:
    """So many lines, the same for the same seed."""
    chance = random.Random(seed)
    return [made_up(chance) if chance.random() < 0.4 else damaged(chance) for _ in range(count)]
