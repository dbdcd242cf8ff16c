/** German. */

import type { Catalogue } from "./catalogue.ts";

/** What is said in German. */
export const de: Catalogue = {
  name: "Deutsch",
  frame: {
    description:
      "Rede mit einem zufälligen fremden Menschen, per Text oder Video. Ohne Konto, ohne Cookies, Ende-zu-Ende-verschlüsselt.",
    noScript:
      "Der Chat läuft in deinem Browser und braucht dafür JavaScript. Bitte erlaube es für diese Seite: Alles, was sie ausführt, steht in ihr selbst, und nichts kommt von anderswo.",
    englishOnly: "Diese Seite gibt es nur auf Englisch.",
  },
  words: {
    Direction: "ltr",

    Heading: "Rede mit Fremden.\nHinterlass keine Spuren.",
    Lead:
      "Du wirst mit einem zufälligen Menschen verbunden. Kein Konto, keine Cookies, und nur ihr beide könnt lesen, was ihr schreibt.",
    Interests: "Interessen",
    InterestsHint: "Freiwillig. Wir suchen fünf Sekunden lang jemanden mit demselben Interesse.",
    InterestsChosen: "Ausgewählt",
    RemoveInterest: "{interest} entfernen",
    InterestsFull: "Das sind zehn, mehr geht nicht",
    InterestsExample: "Musik, Wandern, Filme",
    Adult: "Ich bin 18 oder älter",
    AdultFirst: "Bitte bestätige das zuerst: Diese Website ist nur für Erwachsene.",
    StartText: "Textchat starten",
    StartVideo: "Videochat starten",
    Online: {
      one: "{count} Mensch ist gerade hier",
      other: "{count} Menschen sind gerade hier",
    },
    Insecure:
      "Diese Seite wurde unverschlüsselt geöffnet. Ein Chat wäre nicht privat und kann nicht beginnen.",
    OpenSecure: "Sichere Seite öffnen",
    Language: "Sprache",
    LanguageFailed: "Diese Sprache lässt sich gerade nicht laden. Neuer Versuch …",
    Links: {
      label: "Über diese Website",
      privacy: "Datenschutz",
      statistics: "Statistik",
      transparency: "Transparenz",
      contact: "Kontakt",
    },

    Unreachable: "Der Server ist gerade nicht erreichbar. Neuer Versuch …",
    Hindered: {
      full: "Alle Plätze sind gerade belegt. Neuer Versuch …",
      crowded: "Aus deinem Netz sind gerade zu viele hier. Neuer Versuch …",
      reported: "Du bist bis {time} gesperrt.",
      flooding: "Du bist bis {time} gesperrt.",
      denied: "Wer diese Website betreibt, hat deine Adresse abgelehnt.",
    },
    Blocked: {
      reported:
        "Mehrere Menschen haben gemeldet, was von deiner Adresse kam. Die Sperre endet von selbst, und nichts davon wird gespeichert.",
      flooding:
        "Deine Adresse hat sich viel zu oft verbunden. Die Sperre endet von selbst, und nichts davon wird gespeichert.",
      denied: "Sie bleibt gesperrt, bis sie wieder zugelassen wird.",
    },
    BlockedWait: "Du kannst diese Seite offen lassen: Es geht weiter, sobald es möglich ist.",
    BlockedHelp: "Was du tun kannst",

    Looking: "Wir suchen jemanden …",
    Cancel: "Abbrechen",
    Checking: "Gerade kommen sehr viele, darum macht dein Gerät zuerst eine kurze Prüfung.",
    VeryFast: "Das ging sehr schnell. Gleich geht es von selbst weiter.",
    Quiet:
      "Gerade ist es ruhig. Bleib hier oder in einem anderen Tab: Du hörst es, wenn jemand kommt.",
    Usually: "Meist dauert es nur einen Moment.",
    WhoLikes: "Jemand mit Interesse an {interests}, falls gerade da.",
    Anyone: "Niemand mit deinen Interessen ist hier, darum sind jetzt alle willkommen.",

    Chat: "Chat",
    Conversation: "Unterhaltung",
    Messages: "Nachrichten",
    YouSay: "Du:",
    StrangerSays: "Gegenüber:",
    Notices: {
      "began": "Du chattest jetzt mit einem zufälligen fremden Menschen.",
      "you-left": "Du hast den Chat verlassen.",
      "stranger-left": "Dein Gegenüber hat den Chat verlassen.",
      "connection-lost": "Deine Verbindung ging verloren und mit ihr der Chat.",
      "blocked": "Du wurdest gesperrt, weil mehrere Menschen dich gemeldet haben.",
      "restart": "Der Server startet gleich neu, und dieser Chat endet damit.",
      "not-secured": "Dieser Chat ließ sich nicht verschlüsseln und ist darum beendet.",
      "tampered": "Unterwegs wurde etwas verändert oder ging verloren; es wird nicht gezeigt.",
      "report-taken": "Deine Meldung ist angekommen. Danke.",
      "stranger-declined": "Dein Gegenüber möchte lieber per Text weitermachen.",
      "direct-refused":
        "Kein Anruf: Er würde hier deine IP-Adresse zeigen, und das hast du abgelehnt.",
      "call-over": "Der Anruf ist beendet.",
    },
    BothLike: "Ihr mögt beide {interests}.",
    MetBefore: "Ihr seid euch eben schon begegnet; sonst ist gerade niemand hier.",
    Dropped: "Deine Verbindung ist abgerissen. Sie wird wiederhergestellt …",
    StrangerDropped:
      "Die Verbindung deines Gegenübers ist abgerissen. Vielleicht kommt sie wieder.",
    StrangerBack: "Dein Gegenüber ist wieder da.",
    StrangerTypes: "Dein Gegenüber schreibt …",
    Held:
      "Deine Nachrichten sind noch nicht angekommen. Sobald sie da sind, kannst du mehr senden.",
    Delivered: "Zugestellt",
    NotDelivered: "Noch nicht zugestellt",
    SaveChat: "Speichern",
    VideoCall: "Videoanruf",
    SoundOn: "Ton an",
    SoundOff: "Ton aus",
    Message: "Nachricht",
    WriteMessage: "Schreib eine Nachricht",
    Left: {
      one: "noch {count}",
      other: "noch {count}",
    },
    Send: "Senden",
    Stop: { talking: "Stopp", asking: "Wirklich?", over: "Neuer Chat" },
    ChangeInterests: "Interessen ändern",

    Agreeing: "Schlüssel werden vereinbart …",
    Encrypted: "Ende-zu-Ende-verschlüsselt",
    Compare:
      "Wenn dein Gegenüber dieselben vier Bilder in derselben Reihenfolge sieht, sitzt niemand zwischen euch, auch nicht dieser Server. Vergleicht sie mündlich oder mit einem Hinweis in eigenen Worten, den keine Maschine ändern könnte.",
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

    HowYouLook: "So siehst du aus",
    HowLoud: "Wie laut du bist",
    TryAgain: "Erneut versuchen",
    Camera: "Kamera",
    Microphone: "Mikrofon",
    Choices: {
      cameraOff: "Ohne Kamera beginnen",
      muted: "Stumm beginnen",
      blur: "Andere unscharf zeigen, bis ich hinsehen möchte",
      keepCamera: "Meine Kamera zwischen Chats anlassen",
      direct: "Mich vor einem Anruf fragen, der meine IP-Adresse zeigt; sonst gibt es keinen",
    },
    MoreChoices: "Mehr Einstellungen",
    Back: "Zurück",
    Devices: {
      camera: {
        opening: "Dein Browser fragt, ob diese Seite deine Kamera benutzen darf.",
        off: "Deine Kamera ist aus.",
        denied:
          "Diese Seite darf deine Kamera nicht benutzen. Du kannst es in den Einstellungen deines Browsers für diese Seite erlauben oder ohne weitermachen.",
        missing: "Keine Kamera gefunden. Du kannst eine anschließen oder ohne weitermachen.",
        busy:
          "Ein anderes Programm benutzt deine Kamera. Schließ es und versuch es noch einmal, oder mach ohne weiter.",
        unsupported:
          "Dieser Browser bietet dieser Seite keine Kamera. Du kannst ohne weitermachen.",
      },
      microphone: {
        opening: "Dein Browser fragt, ob diese Seite dein Mikrofon benutzen darf.",
        off: "Dein Mikrofon ist aus.",
        denied:
          "Diese Seite darf dein Mikrofon nicht benutzen. Du kannst es in den Einstellungen deines Browsers für diese Seite erlauben oder ohne weitermachen.",
        missing: "Kein Mikrofon gefunden. Du kannst eines anschließen oder ohne weitermachen.",
        busy:
          "Ein anderes Programm benutzt dein Mikrofon. Schließ es und versuch es noch einmal, oder mach ohne weiter.",
        unsupported:
          "Dieser Browser bietet dieser Seite kein Mikrofon. Du kannst ohne weitermachen.",
      },
    },

    Call: "Anruf",
    OneMoment: "Einen Moment …",
    StrangerWants: "Dein Gegenüber möchte einen Videoanruf",
    ShowAddresses: "Einander die IP-Adressen zeigen?",
    Directly:
      "Hier gibt es kein Relais, darum geht der Anruf direkt von deinem Gerät zum anderen. Ein direkter Anruf zeigt deinem Gegenüber deine IP-Adresse und dir seine. Er beginnt nur, wenn ihr beide zustimmt.",
    ByRelay:
      "Er geht über ein Relais, also erfährt keine Seite die IP-Adresse der anderen. Kamera und Mikrofon beginnen, wie du es gewählt hast.",
    CallDirectly: "Direkt anrufen",
    JoinCall: "Am Anruf teilnehmen",
    StayWithText: "Bei Text bleiben",
    WaitingForStranger: "Warten auf dein Gegenüber …",
    NoCall: "Diesmal kein Anruf",
    Failures: {
      "no-route":
        "Dein Gerät und das andere fanden keinen Weg zueinander. Manche Netze erlauben keinen.",
      "no-relay": "Das Relais für Anrufe war nicht erreichbar, oder nicht für euch beide.",
      "too-fast": "Das waren viele Anrufe in kurzer Zeit. Warte einen Moment.",
    },
    GoOnByText: "Per Text weiter",
    StrangersPicture: "Bild deines Gegenübers",
    YourPicture: "Dein Bild",
    ShowPicture: "Bild zeigen",
    Connecting: "Verbindung wird aufgebaut …",
    Broke: "Die Verbindung ist abgerissen. Ein anderer Weg wird gesucht …",
    StrangerNoCamera: "Die Kamera deines Gegenübers ist aus.",
    StrangerNothing: "Kamera und Mikrofon deines Gegenübers sind aus.",
    StrangerMuted: "Dein Gegenüber ist stumm.",
    Quality: { 1: "Verbindung: schlecht", 2: "Verbindung: mäßig", 3: "Verbindung: gut" },
    YourDevices: "Deine Geräte",
    CameraOn: "Kamera an",
    CameraOff: "Kamera aus",
    MicOn: "Mikro an",
    MicOff: "Mikro aus",
    More: "Mehr",
    Volume: "Lautstärke",
    SwapPictures: "Bilder tauschen",
    PopOut: "Bild im Bild",
    FullScreen: "Vollbild",
    EndCall: "Auflegen",
  },
};
