/** German. */

import type { Catalogue } from "./catalogue.ts";

/** The German catalogue. */
export const de: Catalogue = {
  name: "Deutsch",
  frame: {
    description:
      "Rede mit zufälligen Fremden, per Text oder Video. Ohne Konto, ohne Cookies, Ende-zu-Ende-verschlüsselt.",
    noScript:
      "Der Chat läuft in deinem Browser und braucht dafür JavaScript. Bitte aktiviere es für diese Seite. Ihr ganzer Code steckt in ihr selbst, und nichts wird von anderswo geladen.",
    notRunning: "Der Chat läuft nicht. Lade die Seite neu oder nimm einen anderen Browser.",
    englishOnly: "Diese Seite gibt es nur auf Englisch.",
  },
  words: {
    Direction: "ltr",

    Heading: "Rede mit Fremden.\nHinterlass keine Spuren.",
    Lead:
      "Du wirst mit einem zufälligen Menschen verbunden. Kein Konto, keine Cookies, und nur ihr beide könnt lesen, was ihr schreibt.",
    Interests: "Interessen",
    InterestsHint: "Optional. Zuerst suchen wir jemanden mit demselben Interesse.",
    InterestsChosen: "Ausgewählte Interessen",
    RemoveInterest: "{interest} entfernen",
    InterestsFull: "Das sind zehn, mehr geht nicht",
    InterestsExample: "Musik, Wandern, Filme",
    Languages: "Sprachen",
    LanguagesHint: "Von deinem Browser, nie gespeichert.",
    AnyLanguage: "Die Sprache deines Gegenübers ist egal.",
    AddLanguage: "Weitere Sprache",
    Adult: "Ich bin 18 oder älter",
    AdultFirst: "Bitte bestätige zuerst dein Alter. Diese Website ist nur für Erwachsene.",
    StartText: "Textchat starten",
    StartVideo: "Videochat starten",
    Online: {
      one: "{count} Mensch ist gerade hier",
      other: "{count} Menschen sind gerade hier",
    },
    Insecure:
      "Diese Seite wurde unverschlüsselt geöffnet. Ein Chat wäre nicht privat und lässt sich deshalb hier nicht starten.",
    OpenSecure: "Sichere Seite öffnen",
    Language: "Sprache",
    LanguageFailed: "Diese Sprache lässt sich gerade nicht laden. Neuer Versuch …",
    Dark: "Dunkelmodus",
    Links: {
      label: "Über diese Website",
      privacy: "Datenschutz",
      statistics: "Statistik",
      transparency: "Transparenz",
      rules: "Hausregeln",
      contact: "Kontakt",
    },

    Unreachable: "Der Server ist gerade nicht erreichbar. Neuer Versuch …",
    Filtered:
      "Der Server antwortet, aber es kommt keine Chat-Verbindung zustande. Versuch es in einem anderen Netz.",
    Refused: {
      full: "Der Server ist gerade voll. Neuer Versuch …",
      misconfigured: "Diese Website ist falsch eingerichtet. Neuer Versuch …",
      "too-many-connections":
        "Aus deinem Netzwerk sind gerade zu viele Menschen verbunden. Neuer Versuch …",
      reported: "Du bist bis {time} gesperrt.",
      flooding: "Du bist bis {time} gesperrt.",
      denied: "Der Betreiber dieser Website hat deine IP-Adresse gesperrt.",
    },
    Blocked: {
      reported:
        "Mehrere Menschen haben jemanden mit deiner IP-Adresse gemeldet. Die Sperre endet automatisch, und nichts davon wird gespeichert.",
      flooding:
        "Von deiner IP-Adresse kamen zu viele Verbindungen. Die Sperre endet automatisch, und nichts davon wird gespeichert.",
      denied: "Sie bleibt gesperrt, bis der Betreiber die Sperre aufhebt.",
    },
    BlockedWait:
      "Du kannst diese Seite offen lassen. Sie verbindet sich wieder, sobald die Sperre endet.",
    BlockedHelp: "Was du tun kannst",

    Looking: "Wir suchen jemanden …",
    Cancel: "Abbrechen",
    Checking: "Gerade ist sehr viel los, darum führt dein Gerät zuerst eine kurze Prüfung durch.",
    VeryFast: "Das waren viele Suchen in kurzer Zeit. Diese geht gleich automatisch weiter.",
    Quiet:
      "Gerade ist wenig los. Bleib hier oder wechsle den Tab: Du hörst einen Ton, wenn jemand kommt.",
    QuietSilent:
      "Gerade ist wenig los. Bleib hier oder wechsle den Tab: Der Titel ändert sich, wenn jemand kommt.",
    Usually: "Meist dauert es nur einen Moment.",
    WhoLikes: "Am liebsten jemanden mit Interesse an {interests}.",
    WhoSpeaks: "Am liebsten jemanden, der {languages} spricht.",
    WhoSpeaksAndLikes:
      "Am liebsten jemanden, der {languages} spricht und Interesse an {interests} hat.",
    WhoSpeaksOrLikes: "Jetzt jemanden, der {languages} spricht oder Interesse an {interests} hat.",
    Anyone: "So jemand ist gerade nicht frei, darum suchen wir jetzt unter allen.",
    Reload: "Lade die Seite neu, um mehr Leute zu treffen.",

    Notify: "Benachrichtigen, wenn jemand kommt oder schreibt",
    NotifyHint: "Nur solange diese Seite nicht zu sehen ist, und ohne den Text der Nachrichten.",
    NotifyBlocked:
      "Benachrichtigungen sind blockiert. Erlaube sie in den Browser-Einstellungen für diese Website.",
    Happened: { arrival: "Jemand ist da", message: "Neue Nachricht" },

    Chat: "Chat",
    Conversation: "Unterhaltung",
    Messages: "Nachrichten",
    YouSay: "Du:",
    StrangerSays: "Gegenüber:",
    NotSent: "Nicht gesendet:",
    Notices: {
      "began": "Du chattest jetzt mit einem zufälligen Gegenüber.",
      "you-left": "Du hast den Chat verlassen.",
      "stranger-left": "Dein Gegenüber hat den Chat verlassen.",
      "connection-lost": "Deine Verbindung ging verloren, darum ist der Chat beendet.",
      "blocked": "Du wurdest gesperrt, weil mehrere Menschen dich gemeldet haben.",
      "restart": "Der Server startet gleich neu. Dieser Chat endet dann.",
      "not-secured": "Dieser Chat ließ sich nicht verschlüsseln und ist darum beendet.",
      "tampered":
        "Auf dem Weg zu dir wurde etwas verändert oder ging verloren. Es wird nicht angezeigt.",
      "again": "Du chattest wieder mit demselben Gegenüber.",
      "text-only": "Hier lässt sich nur Text senden.",
      "report-taken": "Deine Meldung ist angekommen. Danke.",
      "stranger-declined": "Dein Gegenüber möchte lieber weiter per Text chatten.",
      "direct-refused":
        "Der Anruf wurde nicht gestartet. Er würde deine IP-Adresse verraten, und solche Anrufe hast du ausgeschaltet.",
      "call-over": "Der Anruf ist beendet.",
      "unable": "Mit diesem Browser sind keine Videoanrufe möglich.",
      "stranger-unable": "Mit dem Browser deines Gegenübers sind keine Videoanrufe möglich.",
      "own-tab": "Das ist dein anderer Tab.",
    },
    BothLike: "Ihr mögt beide {interests}.",
    BothSpeak: "Ihr sprecht beide {languages}.",
    NoSharedLanguage: "Es wurde keine gemeinsame Sprache gefunden.",
    MetBefore: "Ihr seid euch eben schon begegnet. Sonst ist gerade niemand frei.",
    Dropped: "Deine Verbindung ist abgebrochen. Sie wird wiederhergestellt …",
    StrangerDropped:
      "Die Verbindung deines Gegenübers ist abgebrochen. Vielleicht kommt sie wieder.",
    StrangerBack: "Dein Gegenüber ist wieder da.",
    StrangerTypes: "Dein Gegenüber schreibt …",
    Held: "Deine Nachrichten wurden noch nicht zugestellt. Danach kannst du weitere senden.",
    LinkOpens: "Öffnet {host}. Die Website dort sieht deine IP-Adresse.",
    Open: "Öffnen",
    Copy: "Kopieren",
    Copied: "Kopiert",
    Delivered: "Zugestellt",
    NotDelivered: "Nicht zugestellt",
    SaveChat: "Speichern",
    BeginningMissing: "Hier stehen nur die neuesten Nachrichten. Der Anfang fehlt.",
    VideoCall: "Video",
    SoundOn: "Ton an",
    SoundOff: "Ton aus",
    Newer: "Neue Nachrichten: {count}",
    Message: "Nachricht",
    WriteMessage: "Nachricht",
    Left: {
      one: "noch {count}",
      other: "noch {count}",
    },
    Send: "Senden",
    Stop: { talking: "Stopp", asking: "Wirklich?", over: "Neuer Chat" },
    PressAgain: "Drück noch einmal, um diesen Chat zu verlassen.",
    ChangeInterests: "Interessen ändern",
    Again: "Noch mal chatten",
    WantsAgain: "Dein Gegenüber möchte noch mal mit dir chatten.",
    NextChat: "Gleich beginnt der nächste Chat.",
    Stay: "Hierbleiben",
    AutoNext: "Nächsten Chat automatisch starten",

    Agreeing: "Verschlüsselung wird eingerichtet …",
    Encrypted: "Ende-zu-Ende-verschlüsselt",
    Compare:
      "Wenn dein Gegenüber dieselben vier Bilder in derselben Reihenfolge sieht, kann niemand dazwischen euren Chat lesen, auch nicht dieser Server. Vergleicht sie mündlich oder gebt einen Hinweis in eigenen Worten, den keine Maschine ändern könnte.",
    Suite:
      "Die Schlüssel stammen aus {suite}. Wer den verschlüsselten Chat aufzeichnet, kann ihn nur lesen, wenn beide gebrochen sind.",
    Unprotected: "Wovor das nicht schützt",
    Comma: ", ",
    Pictures:
      "Krake, Kaktus, Ballon, Fahrrad, Zitrone, Schlüssel, Anker, Hut, Schildkröte, Pilz, Mond, Glocke, Karotte, Gitarre, Fuchs, Socken, Biene, Pizza, Drachen, Magnet, Elefant, Regenbogen, Boot, Trommel, Pinguin, Kirschen, Kerze, Puzzle, Giraffe, Mais, Rakete, Würfel, Wal, Donut, Statue, Kompass, Eule, Melone, Schere, Trompete, Schnecke, Vulkan, Traktor, Stuhl, Kamel, Brezel, Wecker, Zielscheibe, Schmetterling, Blatt, Burg, Käse, Frosch, Avocado, Zug, Pflanze, Krabbe, Brot, Zelt, Geige, Marienkäfer, Ei, Insel, Leiter",

    Report: "Melden",
    Reported: "Gemeldet",
    WhatIsWrong: "Was stimmt nicht?",
    OnlyReason: "Nur der Grund wird gesendet, nie die Unterhaltung.",
    Reasons: {
      underage: "Wirkt jünger als 18",
      sexual: "Unerwünschte sexuelle Inhalte",
      harassment: "Belästigung oder Drohungen",
      spam: "Spam oder Werbung",
      other: "Etwas anderes",
    },
    NeverMind: "Doch nicht",

    LooksAutomated: "Dein Gegenüber wirkt wie ein Programm",
    Signs: {
      link: "Die erste Nachricht enthält einen Link.",
      repeated: "Das vorige Gegenüber hat denselben Text gesendet.",
      speed: "So schnell kann niemand tippen.",
    },
    MayBeWrong: "Nur diese Seite hat das bemerkt, und sie kann sich irren.",
    ReportStranger: "Gegenüber melden",
    Dismiss: "Ausblenden",

    HowYouLook: "So sieht man dich",
    HowLoud: "Mikrofonpegel",
    TryAgain: "Erneut versuchen",
    Camera: "Kamera",
    Microphone: "Mikrofon",
    Choices: {
      cameraOff: "Ohne Kamera beginnen",
      muted: "Stumm beginnen",
      blur: "Videos anderer unscharf zeigen, bis ich hinsehen möchte",
      keepCamera: "Meine Kamera zwischen Chats anlassen",
      direct: "Anrufe zulassen, die meine IP-Adresse verraten, aber mich vorher fragen",
    },
    MoreChoices: "Mehr Einstellungen",
    Back: "Zurück",
    Devices: {
      camera: {
        opening: "Dein Browser fragt, ob diese Seite deine Kamera verwenden darf.",
        off: "Deine Kamera ist aus.",
        denied:
          "Der Zugriff auf die Kamera ist blockiert. Erlaube ihn für diese Website in den Einstellungen deines Browsers oder mach ohne Kamera weiter.",
        missing: "Keine Kamera gefunden. Schließ eine an oder mach ohne Kamera weiter.",
        busy:
          "Eine andere App verwendet deine Kamera. Schließ sie und versuch es noch einmal, oder mach ohne Kamera weiter.",
        unsupported:
          "Dieser Browser lässt diese Seite keine Kamera verwenden. Du kannst ohne Kamera weitermachen.",
        interrupted:
          "Eine andere App oder ein Schalter hat deine Kamera angehalten. Sie läuft danach automatisch weiter.",
      },
      microphone: {
        opening: "Dein Browser fragt, ob diese Seite dein Mikrofon verwenden darf.",
        off: "Dein Mikrofon ist aus.",
        denied:
          "Der Zugriff auf das Mikrofon ist blockiert. Erlaube ihn für diese Website in den Einstellungen deines Browsers oder mach ohne Mikrofon weiter.",
        missing: "Kein Mikrofon gefunden. Schließ eines an oder mach ohne Mikrofon weiter.",
        busy:
          "Eine andere App verwendet dein Mikrofon. Schließ sie und versuch es noch einmal, oder mach ohne Mikrofon weiter.",
        unsupported:
          "Dieser Browser lässt diese Seite kein Mikrofon verwenden. Du kannst ohne Mikrofon weitermachen.",
        interrupted:
          "Eine andere App oder ein Schalter hat dein Mikrofon angehalten. Es läuft danach automatisch weiter.",
      },
    },

    Call: "Anruf",
    OneMoment: "Einen Moment …",
    StrangerWants: "Dein Gegenüber möchte einen Videoanruf starten",
    ShowAddresses: "IP-Adressen miteinander teilen?",
    Directly:
      "Ein direkter Anruf verrät deinem Gegenüber deine IP-Adresse und dir seine. Er beginnt nur, wenn ihr beide zustimmt.",
    ByRelay:
      "Der Anruf läuft über ein Relay, also erfährt keine Seite die IP-Adresse der anderen. Kamera und Mikrofon starten so, wie du sie eingestellt hast.",
    CallDirectly: "Direkt anrufen",
    JoinCall: "Am Anruf teilnehmen",
    StayWithText: "Bei Text bleiben",
    WaitingForStranger: "Warten auf dein Gegenüber …",
    NoCall: "Anruf fehlgeschlagen",
    Failures: {
      "no-route":
        "Dein Gerät und das deines Gegenübers konnten sich nicht verbinden. Manche Netzwerke blockieren direkte Anrufe.",
      "no-relay": "Das Relay für Anrufe ist voll oder für mindestens eine Seite nicht erreichbar.",
      "too-fast": "Das waren viele Anrufe in kurzer Zeit. Bitte warte einen Moment.",
    },
    GoOnByText: "Per Text weiter",
    StrangersPicture: "Video deines Gegenübers",
    YourPicture: "Dein Video",
    ShowPicture: "Video zeigen",
    Connecting: "Verbindung wird aufgebaut …",
    Broke: "Der Anruf wurde unterbrochen. Die Verbindung wird wiederhergestellt …",
    StrangerNoCamera: "Die Kamera deines Gegenübers ist aus.",
    StrangerNothing: "Kamera und Mikrofon deines Gegenübers sind aus.",
    StrangerMuted: "Dein Gegenüber ist stumm.",
    StrangerFrozen: "Das Video deines Gegenübers ist eingefroren.",
    PlayStranger: "Video und Ton deines Gegenübers abspielen",
    Quality: { 1: "Verbindung: schlecht", 2: "Verbindung: mäßig", 3: "Verbindung: gut" },
    YourDevices: "Kamera und Mikrofon",
    CameraOn: "Kamera an",
    CameraOff: "Kamera aus",
    MicOn: "Mikro an",
    MicOff: "Mikro aus",
    More: "Mehr",
    Volume: "Lautstärke",
    StrangersSound: "Ton deines Gegenübers",
    SwapPictures: "Videos tauschen",
    FlipCamera: "Kamera wechseln",
    PopOut: "Bild im Bild",
    FullScreen: "Vollbild",
    EndCall: "Auflegen",
  },
};
