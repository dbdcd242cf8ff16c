/** French. */

import type { Catalogue } from "./catalogue.ts";

/** The French catalogue. */
export const fr: Catalogue = {
  name: "Français",
  frame: {
    description:
      "Parle à une personne inconnue par texte ou vidéo. Sans compte, sans cookies, chiffré de bout en bout.",
    noScript:
      "Le chat fonctionne dans ton navigateur et a donc besoin de JavaScript. Active-le pour cette page\u202f: tout son code s’y trouve, et rien n’est chargé depuis l’extérieur.",
    notRunning: "Le chat ne fonctionne pas. Recharge la page ou utilise un autre navigateur.",
    englishOnly: "Cette page n’existe qu’en anglais.",
  },
  words: {
    Direction: "ltr",

    Heading: "Parle à une personne inconnue.\nSans laisser de trace.",
    Lead:
      "Tu rencontres une personne au hasard. Sans compte, sans cookies, et personne d’autre ne peut lire ce que vous écrivez.",
    Interests: "Centres d’intérêt",
    InterestsHint: "Facultatif. On cherche d’abord quelqu’un qui en partage un.",
    InterestsChosen: "Centres d’intérêt choisis",
    RemoveInterest: "Retirer {interest}",
    InterestsFull: "Dix, c’est le maximum",
    InterestsExample: "musique, rando, cinéma",
    Languages: "Langues",
    LanguagesHint: "D’après ton navigateur. Jamais enregistrées.",
    AnyLanguage: "On cherche des gens de toutes les langues.",
    AddLanguage: "Ajouter une langue",
    Adult: "J’ai 18 ans ou plus",
    AdultFirst: "Confirme d’abord ton âge. Ce site est réservé aux adultes.",
    StartText: "Lancer un chat écrit",
    StartVideo: "Lancer un chat vidéo",
    Online: {
      one: "{count} personne est là en ce moment",
      other: "{count} personnes sont là en ce moment",
    },
    Insecure:
      "Cette page a été ouverte sans chiffrement. Un chat n’y serait pas privé et ne peut donc pas commencer.",
    OpenSecure: "Ouvrir la page sécurisée",
    Language: "Langue",
    LanguageFailed: "Impossible de charger cette langue pour le moment. Nouvel essai…",
    Dark: "Mode sombre",
    Links: {
      label: "À propos de ce site",
      privacy: "Confidentialité",
      statistics: "Statistiques",
      transparency: "Transparence",
      rules: "Règles du chat",
      contact: "Contact",
    },

    Unreachable: "Le serveur est injoignable pour le moment. Nouvel essai…",
    Filtered:
      "Le serveur répond, mais aucune connexion de chat ne passe. Essaie avec un autre réseau.",
    Refused: {
      full: "Le serveur est complet pour le moment. Nouvel essai…",
      misconfigured: "Ce site n’est pas bien configuré. Nouvel essai…",
      "too-many-connections":
        "Trop de personnes sont connectées depuis ton réseau en ce moment. Nouvel essai…",
      reported: "Ton accès est bloqué jusqu’à {time}.",
      flooding: "Ton accès est bloqué jusqu’à {time}.",
      denied: "La personne responsable de ce site a bloqué ton adresse IP.",
    },
    Blocked: {
      reported:
        "Plusieurs personnes ont signalé quelqu’un qui utilisait ton adresse IP. Le blocage prend fin automatiquement, et il n’en reste aucune trace.",
      flooding:
        "Trop de connexions sont venues de ton adresse IP. Le blocage prend fin automatiquement, et il n’en reste aucune trace.",
      denied: "Elle reste bloquée jusqu’à ce que cette personne lève le blocage.",
    },
    BlockedWait:
      "Tu peux laisser cette page ouverte\u202f: elle se reconnectera dès la fin du blocage.",
    BlockedHelp: "Ce que tu peux faire",

    Looking: "On cherche quelqu’un…",
    Cancel: "Annuler",
    Checking:
      "Il y a énormément de monde en ce moment\u202f: ton appareil fait d’abord une courte vérification.",
    VeryFast:
      "Cela fait beaucoup de recherches en peu de temps. Celle-ci reprendra automatiquement dans un instant.",
    Quiet:
      "C’est calme en ce moment. Reste ici ou dans un autre onglet\u202f: tu entendras un son quand quelqu’un arrivera.",
    QuietSilent:
      "C’est calme en ce moment. Reste ici ou dans un autre onglet\u202f: le titre changera quand quelqu’un arrivera.",
    Usually: "En général, c’est l’affaire d’un instant.",
    WhoLikes: "De préférence quelqu’un qui aime\u202f: {interests}.",
    WhoSpeaks: "De préférence quelqu’un qui parle {languages}.",
    WhoSpeaksAndLikes:
      "De préférence quelqu’un qui parle {languages} et qui aime\u202f: {interests}.",
    WhoSpeaksOrLikes:
      "Maintenant, quelqu’un qui parle {languages}, ou qui aime\u202f: {interests}.",
    Anyone: "Personne ne correspond en ce moment\u202f: on cherche maintenant parmi tout le monde.",
    Reload: "Recharge la page pour rencontrer plus de monde.",

    Notify: "Me prévenir si quelqu’un arrive ou écrit",
    NotifyHint: "Seulement quand cette page n’est pas affichée, et sans le texte des messages.",
    NotifyBlocked:
      "Les notifications sont bloquées. Autorise-les pour ce site dans les réglages du navigateur.",
    Happened: { arrival: "Quelqu’un est là", message: "Nouveau message" },

    Chat: "Chat",
    Conversation: "Conversation",
    Messages: "Messages",
    YouSay: "Toi\u202f:",
    StrangerSays: "L’autre\u202f:",
    NotSent: "Non envoyé\u202f:",
    Notices: {
      "began": "Tu discutes maintenant avec une personne inconnue.",
      "you-left": "Tu as quitté le chat.",
      "stranger-left": "L’autre personne a quitté le chat.",
      "connection-lost": "Ta connexion a été perdue, le chat est donc terminé.",
      "blocked": "Ton accès a été bloqué après les signalements de plusieurs personnes.",
      "restart": "Le serveur va redémarrer, ce qui mettra fin à ce chat.",
      "not-secured": "Ce chat n’a pas pu être chiffré, il a donc pris fin.",
      "tampered": "Quelque chose a été modifié ou perdu en route et n’est pas affiché.",
      "again": "Tu discutes de nouveau avec la même personne.",
      "text-only": "On ne peut envoyer ici que du texte.",
      "report-taken": "Ton signalement a été reçu. Merci.",
      "stranger-declined": "L’autre personne préfère continuer par écrit.",
      "direct-refused":
        "L’appel n’a pas été lancé\u202f: il révélerait ton adresse IP, et tu as désactivé ces appels.",
      "call-over": "L’appel est terminé.",
      "unable": "Ce navigateur ne permet pas les appels vidéo.",
      "stranger-unable": "Le navigateur de l’autre personne ne permet pas les appels vidéo.",
      "own-tab": "C’est ton autre onglet.",
    },
    BothLike: "Vous avez en commun\u202f: {interests}.",
    BothSpeak: "Langues en commun\u202f: {languages}.",
    NoSharedLanguage: "Aucune langue commune n’a été trouvée.",
    MetBefore: "Vous venez de vous croiser. Personne d’autre n’est disponible en ce moment.",
    Dropped: "Ta connexion a été coupée. Reconnexion…",
    StrangerDropped: "La connexion de l’autre personne a été coupée. Elle reviendra peut-être.",
    StrangerBack: "L’autre personne est de retour.",
    StrangerTypes: "L’autre personne écrit…",
    Held: "Tes messages ne sont pas encore arrivés. Tu pourras en envoyer d’autres ensuite.",
    LinkOpens: "Ouvre {host}. Ce site-là verra ton adresse IP.",
    Open: "Ouvrir",
    Copy: "Copier",
    Copied: "Copié",
    Delivered: "Distribué",
    NotDelivered: "Non distribué",
    SaveChat: "Enregistrer",
    BeginningMissing: "Seuls les derniers messages sont ici. Le début manque.",
    VideoCall: "Vidéo",
    SoundOn: "Son activé",
    SoundOff: "Son coupé",
    Newer: "Nouveaux messages\u202f: {count}",
    Message: "Message",
    WriteMessage: "Message",
    Left: {
      one: "Reste {count}",
      other: "Reste {count}",
    },
    Send: "Envoyer",
    Stop: { talking: "Quitter", asking: "Vraiment\u202f?", over: "Nouveau chat" },
    PressAgain: "Appuie encore une fois pour quitter ce chat.",
    ChangeInterests: "Modifier mes intérêts",
    Again: "Rediscuter",
    WantsAgain: "L’autre personne aimerait rediscuter avec toi.",
    NextChat: "Le prochain chat commence dans un instant.",
    Stay: "Rester ici",
    AutoNext: "Lancer le chat suivant automatiquement",

    Agreeing: "Mise en place du chiffrement…",
    Encrypted: "Chiffré de bout en bout",
    Compare:
      "Si l’autre personne voit les quatre mêmes images dans le même ordre, personne entre vous deux ne peut lire votre chat, pas même ce serveur. Comparez-les de vive voix, ou donnez avec vos propres mots un indice qu’une machine ne pourrait pas modifier.",
    Suite:
      "Les clés viennent de {suite}. Un enregistrement du chat chiffré n’est lisible que si les deux sont cassés.",
    Unprotected: "Ce dont cela ne protège pas",
    Comma: ", ",
    Pictures:
      "poulpe, cactus, ballon, vélo, citron, clé, ancre, chapeau, tortue, champignon, lune, cloche, carotte, guitare, renard, chaussettes, abeille, pizza, cerf-volant, aimant, éléphant, arc-en-ciel, bateau, tambour, pingouin, cerises, bougie, puzzle, girafe, maïs, fusée, dé, baleine, beignet, statue, boussole, hibou, pastèque, ciseaux, trompette, escargot, volcan, tracteur, chaise, chameau, bretzel, réveil, cible, papillon, feuille, château, fromage, grenouille, avocat, train, plante, crabe, pain, tente, violon, coccinelle, œuf, île, échelle",

    Report: "Signaler",
    Reported: "Signalé",
    WhatIsWrong: "Qu’est-ce qui ne va pas\u202f?",
    OnlyReason: "Seul le motif est envoyé, jamais la conversation.",
    Reasons: {
      underage: "Semble avoir moins de 18 ans",
      sexual: "Contenu sexuel non désiré",
      harassment: "Harcèlement ou menaces",
      spam: "Spam ou publicité",
      other: "Autre chose",
    },
    NeverMind: "Laisser tomber",

    LooksAutomated: "L’autre personne a l’air d’un programme",
    Signs: {
      link: "Son premier message contient un lien.",
      repeated: "La personne précédente a envoyé le même texte.",
      speed: "Elle écrit plus vite qu’on ne peut taper.",
    },
    MayBeWrong: "Seule cette page l’a remarqué, et elle peut se tromper.",
    ReportStranger: "Signaler cette personne",
    Dismiss: "Ignorer",

    HowYouLook: "Voici comment on te verra",
    HowLoud: "Niveau du micro",
    TryAgain: "Réessayer",
    Camera: "Caméra",
    Microphone: "Micro",
    Choices: {
      cameraOff: "Commencer sans caméra",
      muted: "Commencer sans micro",
      blur: "Flouter la vidéo des autres jusqu’à ce que je choisisse de la voir",
      keepCamera: "Garder ma caméra allumée entre les chats",
      direct: "Autoriser les appels qui révèlent mon adresse IP, mais me demander avant",
    },
    MoreChoices: "Plus d’options",
    Back: "Retour",
    Devices: {
      camera: {
        opening: "Ton navigateur te demande l’autorisation d’utiliser ta caméra.",
        off: "Ta caméra est éteinte.",
        denied:
          "L’accès à la caméra est bloqué. Autorise-le pour ce site dans les réglages de ton navigateur, ou continue sans caméra.",
        missing: "Aucune caméra trouvée. Tu peux en brancher une, ou continuer sans.",
        busy:
          "Une autre application utilise ta caméra. Ferme-la et réessaie, ou continue sans caméra.",
        unsupported:
          "Ce navigateur ne permet pas à cette page d’utiliser la caméra. Tu peux continuer sans.",
        interrupted:
          "Une autre application ou un interrupteur a mis ta caméra en pause. Elle reprendra automatiquement.",
      },
      microphone: {
        opening: "Ton navigateur te demande l’autorisation d’utiliser ton micro.",
        off: "Ton micro est coupé.",
        denied:
          "L’accès au micro est bloqué. Autorise-le pour ce site dans les réglages de ton navigateur, ou continue sans micro.",
        missing: "Aucun micro trouvé. Tu peux en brancher un, ou continuer sans.",
        busy:
          "Une autre application utilise ton micro. Ferme-la et réessaie, ou continue sans micro.",
        unsupported:
          "Ce navigateur ne permet pas à cette page d’utiliser le micro. Tu peux continuer sans.",
        interrupted:
          "Une autre application ou un interrupteur a mis ton micro en pause. Il reprendra automatiquement.",
      },
    },

    Call: "Appel",
    OneMoment: "Un instant…",
    StrangerWants: "L’autre personne propose un appel vidéo",
    ShowAddresses: "Partager vos adresses IP entre vous\u202f?",
    Directly:
      "Un appel direct révèle ton adresse IP à l’autre personne et te révèle la sienne. Il ne commence que si toi et l’autre personne l’acceptez.",
    ByRelay:
      "L’appel passe par un relais\u202f: l’autre personne n’apprend pas ton adresse IP, ni toi la sienne. Ta caméra et ton micro démarrent comme tu les as réglés.",
    CallDirectly: "Appeler directement",
    JoinCall: "Rejoindre l’appel",
    StayWithText: "Rester à l’écrit",
    WaitingForStranger: "En attente de l’autre personne…",
    NoCall: "L’appel a échoué",
    Failures: {
      "no-route":
        "Ton appareil et celui de l’autre personne n’ont pas pu se connecter. Certains réseaux bloquent les appels directs.",
      "no-relay":
        "Le relais des appels est saturé, ou au moins un de vos deux appareils ne peut pas le joindre.",
      "too-fast": "Cela fait beaucoup d’appels en peu de temps. Attends un instant.",
    },
    GoOnByText: "Continuer par écrit",
    StrangersPicture: "Vidéo de l’autre personne",
    YourPicture: "Ta vidéo",
    ShowPicture: "Afficher la vidéo",
    Connecting: "Connexion…",
    Broke: "L’appel a été interrompu. Reconnexion…",
    StrangerNoCamera: "La caméra de l’autre personne est éteinte.",
    StrangerNothing: "La caméra et le micro de l’autre personne sont éteints.",
    StrangerMuted: "Le micro de l’autre personne est coupé.",
    StrangerFrozen: "La vidéo de l’autre personne est figée.",
    PlayStranger: "Lire la vidéo et le son de l’autre personne",
    Quality: {
      1: "Connexion\u202f: mauvaise",
      2: "Connexion\u202f: moyenne",
      3: "Connexion\u202f: bonne",
    },
    YourDevices: "Caméra et micro",
    CameraOn: "Caméra activée",
    CameraOff: "Caméra coupée",
    MicOn: "Micro activé",
    MicOff: "Micro coupé",
    More: "Plus",
    Volume: "Volume",
    StrangersSound: "Son de l’autre personne",
    SwapPictures: "Échanger les vidéos",
    FlipCamera: "Changer de caméra",
    PopOut: "Image dans l’image",
    FullScreen: "Plein écran",
    EndCall: "Raccrocher",
  },
};
