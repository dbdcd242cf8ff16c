/** Polish. It says "ty", and avoids forms that would address only a man or only a woman. */

import type { Catalogue } from "./catalogue.ts";

/** The Polish catalogue. */
export const pl: Catalogue = {
  name: "Polski",
  frame: {
    description:
      "Porozmawiaj z kimś nieznajomym, tekstowo lub przez wideo. Bez konta, bez plików cookie, z szyfrowaniem end-to-end.",
    noScript:
      "Czat działa w twojej przeglądarce, dlatego potrzebuje JavaScriptu. Włącz go dla tej strony: cały jej kod jest w niej samej i nic nie jest ładowane z innego miejsca.",
    notRunning: "Czat nie działa. Odśwież stronę albo użyj innej przeglądarki.",
    englishOnly: "Ta strona jest dostępna tylko po angielsku.",
  },
  words: {
    Direction: "ltr",

    Heading: "Porozmawiaj z kimś nieznajomym.\nBez śladu.",
    Lead:
      "Połączymy cię z losową osobą. Bez konta, bez plików cookie, a wasze wiadomości możecie przeczytać tylko wy dwoje.",
    Interests: "Zainteresowania",
    InterestsHint: "Opcjonalnie. Najpierw szukamy kogoś, kto ma z tobą wspólne zainteresowanie.",
    InterestsChosen: "Wybrane zainteresowania",
    RemoveInterest: "Usuń: {interest}",
    InterestsFull: "Dziesięć to maksimum",
    InterestsExample: "muzyka, góry, filmy",
    Languages: "Języki",
    LanguagesHint: "Z twojej przeglądarki, nigdy niezapisywane.",
    AnyLanguage: "Język drugiej osoby nie ma znaczenia.",
    AddLanguage: "Dodaj język",
    Adult: "Mam co najmniej 18 lat",
    AdultFirst: "Najpierw potwierdź swój wiek. Ta strona jest tylko dla dorosłych.",
    StartText: "Zacznij czat tekstowy",
    StartVideo: "Zacznij czat wideo",
    Online: {
      one: "Teraz jest tu {count} osoba",
      few: "Teraz są tu {count} osoby",
      many: "Teraz jest tu {count} osób",
      other: "Teraz jest tu {count} osoby",
    },
    Insecure:
      "Ta strona została otwarta przez nieszyfrowane połączenie. Czat nie byłby prywatny, więc nie można go tu zacząć.",
    OpenSecure: "Otwórz bezpieczną stronę",
    Language: "Język",
    LanguageFailed: "Nie można teraz wczytać tego języka. Próbujemy ponownie…",
    Dark: "Tryb ciemny",
    Links: {
      label: "O tej stronie",
      privacy: "Prywatność",
      statistics: "Statystyki",
      transparency: "Przejrzystość",
      rules: "Zasady czatu",
      contact: "Kontakt",
    },

    Unreachable: "Nie można teraz połączyć się z serwerem. Próbujemy ponownie…",
    Filtered:
      "Serwer odpowiada, ale połączenie czatu nie dochodzi do skutku. Spróbuj w innej sieci.",
    Refused: {
      full: "Serwer jest teraz pełny. Próbujemy ponownie…",
      misconfigured: "Ta strona jest źle skonfigurowana. Próbujemy ponownie…",
      "too-many-connections": "Z twojej sieci łączy się teraz zbyt wiele osób. Próbujemy ponownie…",
      reported: "Masz blokadę do {time}.",
      flooding: "Masz blokadę do {time}.",
      denied: "Operator tej strony zablokował twój adres IP.",
    },
    Blocked: {
      reported:
        "Kilka osób zgłosiło kogoś, kto używał twojego adresu IP. Blokada skończy się automatycznie i nie zostanie po niej żaden zapis.",
      flooding:
        "Z twojego adresu IP było zbyt wiele połączeń. Blokada skończy się automatycznie i nie zostanie po niej żaden zapis.",
      denied: "Pozostanie zablokowany, dopóki operator nie zdejmie blokady.",
    },
    BlockedWait:
      "Możesz zostawić tę stronę otwartą: połączy się ponownie, gdy tylko blokada się skończy.",
    BlockedHelp: "Co możesz zrobić",

    Looking: "Szukamy kogoś…",
    Cancel: "Anuluj",
    Checking:
      "Jest teraz bardzo duży ruch, więc twoje urządzenie najpierw wykona krótkie sprawdzenie.",
    VeryFast:
      "To było dużo wyszukiwań w krótkim czasie. Bieżące za chwilę ruszy dalej automatycznie.",
    Quiet:
      "Teraz jest tu mało osób. Zostań albo przejdź na inną kartę: gdy ktoś się pojawi, usłyszysz dźwięk.",
    QuietSilent:
      "Teraz jest tu mało osób. Zostań albo przejdź na inną kartę: gdy ktoś się pojawi, zmieni się tytuł.",
    Usually: "Zwykle trwa to chwilę.",
    WhoLikes: "Najchętniej kogoś, kto lubi: {interests}.",
    WhoSpeaks: "Najchętniej kogoś, kto zna język: {languages}.",
    WhoSpeaksAndLikes:
      "Najchętniej kogoś ze wspólnym językiem ({languages}) i zainteresowaniem ({interests}).",
    WhoSpeaksOrLikes:
      "Teraz kogoś ze wspólnym językiem ({languages}) lub zainteresowaniem ({interests}).",
    Anyone: "Nikt taki nie jest teraz dostępny, więc szukamy kogokolwiek.",
    Reload: "Odśwież stronę, żeby spotkać więcej osób.",
    Notify: "Powiadom mnie, gdy ktoś przyjdzie lub napisze",
    NotifyHint: "Tylko gdy ta strona jest niewidoczna, i bez treści wiadomości.",
    NotifyBlocked:
      "Powiadomienia są zablokowane. Zezwól na nie dla tej strony w ustawieniach przeglądarki.",
    Happened: { arrival: "Ktoś się pojawił", message: "Nowa wiadomość" },

    Chat: "Czat",
    Conversation: "Rozmowa",
    Messages: "Wiadomości",
    YouSay: "Ty:",
    StrangerSays: "Druga osoba:",
    NotSent: "Nie wysłano:",
    Notices: {
      "began": "Rozmawiasz teraz z losowo wybraną nieznajomą osobą.",
      "you-left": "Czat zakończony przez ciebie.",
      "stranger-left": "Druga osoba zakończyła czat.",
      "connection-lost": "Twoje połączenie zostało utracone, więc czat się zakończył.",
      "blocked": "Masz blokadę, bo zgłosiło cię kilka osób.",
      "restart": "Serwer zaraz uruchomi się ponownie i ten czat się zakończy.",
      "not-secured": "Tego czatu nie udało się zaszyfrować, więc się zakończył.",
      "tampered": "Coś zostało zmienione lub zgubione w drodze do ciebie i nie jest pokazywane.",
      "again": "Znowu rozmawiasz z tą samą osobą.",
      "text-only": "Tutaj można wysyłać tylko tekst.",
      "report-taken": "Twoje zgłoszenie dotarło. Dziękujemy.",
      "stranger-declined": "Druga osoba woli dalej pisać.",
      "direct-refused":
        "Rozmowa wideo się nie zaczęła: ujawniłaby twój adres IP, a takie rozmowy masz wyłączone.",
      "call-over": "Rozmowa wideo zakończona.",
      "unable": "Ta przeglądarka nie obsługuje rozmów wideo.",
      "stranger-unable": "Przeglądarka drugiej osoby nie obsługuje rozmów wideo.",
      "own-tab": "To twoja druga karta.",
    },
    BothLike: "Łączy was: {interests}.",
    BothSpeak: "Wasz wspólny język: {languages}.",
    NoSharedLanguage: "Nie znaleziono wspólnego języka.",
    MetBefore: "Przed chwilą już na siebie trafiliście. Nikt inny nie jest teraz dostępny.",
    Dropped: "Twoje połączenie zostało przerwane. Łączymy ponownie…",
    StrangerDropped: "Połączenie drugiej osoby zostało przerwane. Może wróci.",
    StrangerBack: "Druga osoba wróciła.",
    StrangerTypes: "Druga osoba pisze…",
    Held: "Twoje wiadomości jeszcze nie dotarły. Gdy dotrą, możesz wysłać kolejne.",
    LinkOpens: "Otworzy się {host}. Tamta strona zobaczy twój adres IP.",
    Open: "Otwórz",
    Copy: "Kopiuj",
    Copied: "Skopiowano",
    Delivered: "Dostarczono",
    NotDelivered: "Nie dostarczono",
    SaveChat: "Zapisz",
    BeginningMissing: "Tu są tylko najnowsze wiadomości. Brakuje początku.",
    VideoCall: "Wideo",
    SoundOn: "Z dźwiękiem",
    SoundOff: "Bez dźwięku",
    Newer: "Nowe wiadomości: {count}",
    Message: "Wiadomość",
    WriteMessage: "Wiadomość",
    Left: {
      one: "Zostało {count}",
      few: "Zostało {count}",
      many: "Zostało {count}",
      other: "Zostało {count}",
    },
    Send: "Wyślij",
    Stop: { talking: "Zakończ", asking: "Na pewno?", over: "Nowy czat" },
    PressAgain: "Naciśnij jeszcze raz, aby opuścić ten czat.",
    ChangeInterests: "Zmień zainteresowania",
    Again: "Porozmawiaj znowu",
    WantsAgain: "Druga osoba chce znowu porozmawiać.",
    NextChat: "Za chwilę zacznie się następny czat.",
    Stay: "Zostań tutaj",
    AutoNext: "Zaczynaj następny czat automatycznie",

    Agreeing: "Konfigurujemy szyfrowanie…",
    Encrypted: "Szyfrowanie end-to-end",
    Compare:
      "Jeśli druga osoba widzi te same cztery obrazki w tej samej kolejności, nikt po drodze nie może czytać waszego czatu, nawet ten serwer. Porównajcie je na głos albo dajcie własnymi słowami wskazówkę, której maszyna nie mogłaby zmienić.",
    Suite:
      "Klucze pochodzą z {suite}. Nagranie zaszyfrowanego czatu da się odczytać tylko po złamaniu obu.",
    Unprotected: "Przed czym to nie chroni",
    Comma: ", ",
    Pictures:
      "ośmiornica, kaktus, balon, rower, cytryna, klucz, kotwica, kapelusz, żółw, grzyb, księżyc, dzwonek, marchewka, gitara, lis, skarpetki, pszczoła, pizza, latawiec, magnes, słoń, tęcza, łódka, bęben, pingwin, wiśnie, świeca, puzzle, żyrafa, kukurydza, rakieta, kostka, wieloryb, pączek, posąg, kompas, sowa, arbuz, nożyczki, trąbka, ślimak, wulkan, traktor, krzesło, wielbłąd, precel, budzik, tarcza, motyl, liść, zamek, ser, żaba, awokado, pociąg, roślina, krab, chleb, namiot, skrzypce, biedronka, jajko, wyspa, drabina",

    Report: "Zgłoś",
    Reported: "Zgłoszono",
    WhatIsWrong: "Co jest nie tak?",
    OnlyReason: "Wysyłany jest tylko powód, nigdy rozmowa.",
    Reasons: {
      underage: "Chyba nie ma 18 lat",
      sexual: "Niechciane treści seksualne",
      harassment: "Nękanie lub groźby",
      spam: "Spam lub reklama",
      other: "Coś innego",
    },
    NeverMind: "Jednak nie",
    LooksAutomated: "Druga strona wygląda na bota",
    Signs: {
      link: "Pierwsza wiadomość zawiera link.",
      repeated: "Poprzednia osoba wysłała ten sam tekst.",
      speed: "Nikt nie potrafi pisać tak szybko.",
    },
    MayBeWrong: "Zauważyła to tylko ta strona i może się mylić.",
    ReportStranger: "Zgłoś tę osobę",
    Dismiss: "Zamknij",

    HowYouLook: "Tak cię będzie widać",
    HowLoud: "Poziom mikrofonu",
    TryAgain: "Spróbuj ponownie",
    Camera: "Kamera",
    Microphone: "Mikrofon",
    Choices: {
      cameraOff: "Zaczynaj z wyłączoną kamerą",
      muted: "Zaczynaj z wyłączonym mikrofonem",
      blur: "Rozmywaj wideo innych osób, dopóki nie zechcę go zobaczyć",
      keepCamera: "Nie wyłączaj mojej kamery między czatami",
      direct: "Zezwalaj na rozmowy ujawniające mój adres IP, ale najpierw mnie pytaj",
    },
    MoreChoices: "Więcej opcji",
    Back: "Wstecz",
    Devices: {
      camera: {
        opening: "Przeglądarka prosi o zgodę na użycie kamery.",
        off: "Twoja kamera jest wyłączona.",
        denied:
          "Dostęp do kamery jest zablokowany. Zezwól na niego dla tej strony w ustawieniach przeglądarki albo kontynuuj bez kamery.",
        missing: "Nie znaleziono kamery. Podłącz ją albo kontynuuj bez kamery.",
        busy:
          "Kamery używa inna aplikacja. Zamknij ją i spróbuj ponownie albo kontynuuj bez kamery.",
        unsupported:
          "Ta przeglądarka nie pozwala tej stronie używać kamery. Możesz kontynuować bez niej.",
        interrupted: "Inna aplikacja lub przełącznik wstrzymał kamerę. Wznowi się automatycznie.",
      },
      microphone: {
        opening: "Przeglądarka prosi o zgodę na użycie mikrofonu.",
        off: "Twój mikrofon jest wyłączony.",
        denied:
          "Dostęp do mikrofonu jest zablokowany. Zezwól na niego dla tej strony w ustawieniach przeglądarki albo kontynuuj bez mikrofonu.",
        missing: "Nie znaleziono mikrofonu. Podłącz go albo kontynuuj bez mikrofonu.",
        busy:
          "Mikrofonu używa inna aplikacja. Zamknij ją i spróbuj ponownie albo kontynuuj bez mikrofonu.",
        unsupported:
          "Ta przeglądarka nie pozwala tej stronie używać mikrofonu. Możesz kontynuować bez niego.",
        interrupted: "Inna aplikacja lub przełącznik wstrzymał mikrofon. Wznowi się automatycznie.",
      },
    },

    Call: "Rozmowa wideo",
    OneMoment: "Chwileczkę…",
    StrangerWants: "Druga osoba proponuje rozmowę wideo",
    ShowAddresses: "Pokazać sobie nawzajem adresy IP?",
    Directly:
      "Rozmowa bezpośrednia ujawnia twój adres IP drugiej osobie, a jej adres tobie. Zacznie się tylko, jeśli zgodzą się obie strony.",
    ByRelay:
      "Rozmowa przechodzi przez serwer pośredniczący, więc żadna strona nie pozna adresu IP drugiej. Kamera i mikrofon włączą się zgodnie z twoimi ustawieniami.",
    CallDirectly: "Połącz bezpośrednio",
    JoinCall: "Dołącz do rozmowy",
    StayWithText: "Zostań przy pisaniu",
    WaitingForStranger: "Czekamy na drugą osobę…",
    NoCall: "Rozmowa się nie udała",
    Failures: {
      "no-route":
        "Twoje urządzenie i urządzenie drugiej osoby nie mogły się połączyć. Niektóre sieci blokują rozmowy bezpośrednie.",
      "no-relay":
        "Serwer pośredniczący jest pełny albo co najmniej jedno z was nie może się z nim połączyć.",
      "too-fast": "To było dużo rozmów w krótkim czasie. Poczekaj chwilę.",
    },
    GoOnByText: "Pisz dalej",
    StrangersPicture: "Wideo drugiej osoby",
    YourPicture: "Twoje wideo",
    ShowPicture: "Pokaż wideo",
    Connecting: "Łączymy…",
    Broke: "Rozmowa została przerwana. Łączymy ponownie…",
    StrangerNoCamera: "Kamera drugiej osoby jest wyłączona.",
    StrangerNothing: "Kamera i mikrofon drugiej osoby są wyłączone.",
    StrangerMuted: "Mikrofon drugiej osoby jest wyłączony.",
    StrangerFrozen: "Wideo drugiej osoby się zawiesiło.",
    PlayStranger: "Odtwórz wideo i dźwięk drugiej osoby",
    Quality: { 1: "Połączenie: słabe", 2: "Połączenie: średnie", 3: "Połączenie: dobre" },
    YourDevices: "Kamera i mikrofon",
    CameraOn: "Kamera wł.",
    CameraOff: "Kamera wył.",
    MicOn: "Mikrofon wł.",
    MicOff: "Mikrofon wył.",
    More: "Więcej",
    Volume: "Głośność",
    StrangersSound: "Dźwięk drugiej osoby",
    SwapPictures: "Zamień wideo miejscami",
    FlipCamera: "Zmień kamerę",
    PopOut: "Obraz w obrazie",
    FullScreen: "Pełny ekran",
    EndCall: "Rozłącz",
  },
};
