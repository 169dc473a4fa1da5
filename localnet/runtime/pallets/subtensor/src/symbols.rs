//! Symbols of subnets' tokens: the public chain's list, one letter each, by netuid while there is no other reason.

use crate::*;
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use frame_support::ensure;
use sp_runtime::DispatchResult;

/// The root network's first, then one for each netuid.
const SYMBOLS: &str = "\
    Ταβγδεζηθικλμνξοπρσtυφχψω\u{5d0}\u{5d1}\u{5d2}\u{5d3}\u{5d4}\u{5d5}\u{5d6}\u{5d7}\u{5d8}\u{5d9}\
    \u{5da}\u{5db}\u{5dc}\u{5dd}\u{5de}\u{5df}\u{5e0}\u{5e1}\u{5e2}\u{5e3}\u{5e4}\u{5e5}\u{5e6}\u{5e7}\
    \u{5e8}\u{5e9}\u{5ea}\u{627}\u{628}\u{62a}\u{62b}\u{62c}\u{62d}\u{62e}\u{62f}\u{630}\u{631}\u{632}\
    \u{633}\u{634}\u{635}\u{636}\u{637}\u{638}\u{639}\u{63a}\u{641}\u{642}\u{643}\u{644}\u{645}\u{646}\
    \u{647}\u{648}\u{64a}\u{649}ᚠᚢᚦᚨᚱᚳЫᛉᛒ\u{1680}ᚁᚂᚃᚄᚅ᚛აბგდევԱԲԳԴԵԶ՞ЀЁЂЃЄЅъⲀⲁⲂⲃⲄⲅ𑀀\u{11001}𑀂𑀃𑀅නඳපඵබභⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊ\
    ⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠกขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢ\
    ㅣአኡኢኣኤእኦኧወዉዊዋዌውዎኰ኱ኲኳኴኵ኶ጐ጑ጒመጔጕ጖अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहアイウエオカキクケコサシスセソタチツテトナニヌネノハ\
    ヒフヘホマミムメモヤユヨラリルレロワヲンⴰⴱⴲⴳⴴⴵⴶⴷⴸⴹⴺⴻⴼⴽⴾⴿⵀⵁⵂⵃⵄⵅⵆⵇⵈⵉⵊⵋⵌⵍⵎⵏⵐⵑⵒⵓඅආඉඊඋඌඍඎඏඐඑඒඓඔඕඖකඛගඝඞචඡජඣඤටඥඦඩඨඪණඬතථදධ\
";

/// A subnet's symbol if nobody else has it.
fn usual(netuid: u16) -> Vec<u8> {
    let symbol = SYMBOLS.chars().nth(usize::from(netuid)).or_else(|| SYMBOLS.chars().next());
    symbol.map(String::from).unwrap_or_default().into_bytes()
}

/// The symbol that is found last.
#[cfg(feature = "runtime-benchmarks")]
pub(crate) fn last() -> Vec<u8> {
    SYMBOLS.chars().last().map(String::from).unwrap_or_default().into_bytes()
}

impl<T: Config> Pallet<T> {
    /// The symbol that a new subnet gets: its own of the list, else the first that is free, else the root network's.
    pub(crate) fn next_symbol(netuid: u16) -> Vec<u8> {
        let used: BTreeSet<Vec<u8>> = TokenSymbol::<T>::iter_values().collect();
        let own = usual(netuid);
        if !used.contains(&own) {
            return own;
        }
        let free = SYMBOLS.chars().skip(1).map(|one| String::from(one).into_bytes()).find(|one| !used.contains(one));
        free.unwrap_or_else(|| usual(ROOT))
    }

    pub(crate) fn do_update_symbol(netuid: u16, symbol: Vec<u8>) -> DispatchResult {
        let known = SYMBOLS.chars().skip(1).any(|one| String::from(one).as_bytes() == symbol);
        ensure!(known, Error::<T>::SymbolDoesNotExist);
        let taken = TokenSymbol::<T>::iter_values().any(|used| used == symbol);
        ensure!(!taken, Error::<T>::SymbolAlreadyInUse);
        TokenSymbol::<T>::insert(netuid, &symbol);
        Self::deposit_event(Event::SymbolUpdated { netuid, symbol });
        Ok(())
    }
}
