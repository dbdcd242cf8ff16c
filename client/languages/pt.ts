/** Portuguese, as it is written in Brazil. */

import type { Catalogue } from "./catalogue.ts";

/** What is said in Portuguese. */
export const pt: Catalogue = {
  name: "Português",
  frame: {
    description:
      "Converse com uma pessoa desconhecida por texto ou vídeo. Sem conta, sem cookies, com criptografia de ponta a ponta.",
    noScript:
      "O chat funciona no seu navegador, por isso precisa de JavaScript. Permita-o nesta página: tudo o que ela executa está nela mesma, e nada vem de outro lugar.",
    englishOnly: "Esta página está disponível só em inglês.",
  },
  words: {
    Direction: "ltr",

    Heading: "Converse com uma pessoa desconhecida.\nSem deixar rastro.",
    Lead:
      "Você encontra uma pessoa ao acaso. Sem conta, sem cookies, e só vocês podem ler o que escrevem.",
    Interests: "Interesses",
    InterestsHint: "Opcional. Por cinco segundos, procuramos alguém que tenha algum em comum.",
    InterestsChosen: "Escolhidos",
    RemoveInterest: "Remover {interest}",
    InterestsFull: "Já são dez, o máximo possível",
    InterestsExample: "música, trilhas, filmes",
    Adult: "Tenho 18 anos ou mais",
    AdultFirst: "Confirme isto primeiro: este site é só para maiores de idade.",
    StartText: "Iniciar chat de texto",
    StartVideo: "Iniciar chat de vídeo",
    Online: {
      one: "{count} pessoa está aqui agora",
      other: "{count} pessoas estão aqui agora",
    },
    Insecure:
      "Esta página foi aberta sem criptografia: o chat não seria privado e não pode começar.",
    OpenSecure: "Abrir a página segura",
    Language: "Idioma",
    LanguageFailed: "Não é possível carregar este idioma agora. Tentando de novo…",
    Links: {
      label: "Sobre este site",
      privacy: "Privacidade",
      statistics: "Estatísticas",
      transparency: "Transparência",
      contact: "Contato",
    },

    Unreachable: "Não é possível conectar ao servidor agora. Tentando de novo…",
    Hindered: {
      full: "Todos os lugares estão ocupados agora. Tentando de novo…",
      crowded: "Há gente demais da sua rede aqui agora. Tentando de novo…",
      reported: "Seu acesso está bloqueado até {time}.",
      flooding: "Seu acesso está bloqueado até {time}.",
      denied: "Quem administra este site recusou o seu endereço.",
    },
    Blocked: {
      reported:
        "Várias pessoas denunciaram o que veio do seu endereço. O bloqueio termina sozinho, e nada dele fica guardado.",
      flooding:
        "Seu endereço se conectou vezes demais. O bloqueio termina sozinho, e nada dele fica guardado.",
      denied: "Ele fica sem acesso até ser aceito de novo.",
    },
    BlockedWait: "Você pode deixar esta página aberta: ela continua assim que puder.",
    BlockedHelp: "O que você pode fazer",

    Looking: "Procurando alguém…",
    Cancel: "Cancelar",
    Checking:
      "Muita gente está chegando agora, então seu aparelho faz uma verificação rápida antes.",
    VeryFast: "Isso foi muito rápido. A busca continua sozinha em um instante.",
    Quiet:
      "Está tranquilo agora. Fique aqui ou em outra aba: você vai ouvir um som quando alguém chegar.",
    Usually: "Costuma levar um instante.",
    WhoLikes: "Alguém que goste de {interests}, se estiver por aqui.",
    Anyone: "Não há ninguém aqui com seus interesses, então agora vale qualquer pessoa.",

    Chat: "Chat",
    Conversation: "Conversa",
    Messages: "Mensagens",
    YouSay: "Você:",
    StrangerSays: "Outra pessoa:",
    Notices: {
      "began": "Agora você está conversando com uma pessoa desconhecida.",
      "you-left": "Você se desconectou.",
      "stranger-left": "A outra pessoa se desconectou.",
      "connection-lost": "Sua conexão caiu, e o chat terminou com ela.",
      "blocked": "Seu acesso foi bloqueado porque várias pessoas denunciaram você.",
      "restart": "O servidor vai reiniciar em um instante, e este chat vai terminar.",
      "not-secured": "Não foi possível criptografar este chat, então ele terminou.",
      "tampered": "Algo foi alterado ou se perdeu no caminho e não é mostrado.",
      "report-taken": "Sua denúncia foi recebida. Agradecemos.",
      "stranger-declined": "A outra pessoa prefere continuar por texto.",
      "direct-refused": "Sem chamada: aqui ela mostraria seu endereço IP, o que você não quis.",
      "call-over": "A chamada terminou.",
    },
    BothLike: "Vocês têm em comum: {interests}.",
    MetBefore: "Vocês se encontraram há pouco; não há mais ninguém aqui agora.",
    Dropped: "Sua conexão caiu. Reconectando…",
    StrangerDropped: "A conexão da outra pessoa caiu. Ela pode voltar.",
    StrangerBack: "A outra pessoa voltou.",
    StrangerTypes: "A outra pessoa está digitando…",
    Held: "Suas mensagens ainda não chegaram. Você pode enviar mais quando chegarem.",
    Delivered: "Entregue",
    NotDelivered: "Ainda não entregue",
    SaveChat: "Salvar",
    VideoCall: "Vídeo",
    SoundOn: "Com som",
    SoundOff: "Sem som",
    Message: "Mensagem",
    WriteMessage: "Escreva uma mensagem",
    Left: {
      one: "Resta {count}",
      other: "Restam {count}",
    },
    Send: "Enviar",
    Stop: { talking: "Sair", asking: "Sair mesmo?", over: "Novo chat" },
    ChangeInterests: "Mudar interesses",

    Agreeing: "Combinando chaves…",
    Encrypted: "Criptografia de ponta a ponta",
    Compare:
      "Se a outra pessoa vê as mesmas quatro imagens, na mesma ordem, não há ninguém entre vocês, nem mesmo este servidor. Comparem de viva voz ou com uma dica em suas próprias palavras que uma máquina não consiga alterar.",
    Unprotected: "Do que isto não protege",
    Comma: ", ",
    Pictures:
      "polvo, cacto, balão, bicicleta, limão, chave, âncora, chapéu, tartaruga, cogumelo, lua, sino, cenoura, guitarra, raposa, meias, abelha, pizza, pipa, ímã, elefante, arco-íris, barco, tambor, pinguim, cerejas, vela, quebra-cabeça, girafa, milho, foguete, dado, baleia, rosquinha, estátua, bússola, coruja, melancia, tesoura, trompete, caracol, vulcão, trator, cadeira, camelo, pretzel, relógio, alvo, borboleta, folha, castelo, queijo, sapo, abacate, trem, planta, caranguejo, pão, barraca, violino, joaninha, ovo, ilha, escada",

    Report: "Denunciar",
    Reported: "Denunciado",
    WhatIsWrong: "O que há de errado?",
    OnlyReason: "Só o motivo é enviado, nunca a conversa.",
    Reasons: {
      underage: "Parece ter menos de 18",
      sexual: "Conteúdo sexual indesejado",
      harassment: "Assédio ou ameaças",
      spam: "Spam ou propaganda",
      other: "Outra coisa",
    },
    NeverMind: "Deixa pra lá",

    HowYouLook: "É assim que você aparece",
    HowLoud: "Seu volume",
    TryAgain: "Tentar de novo",
    Camera: "Câmera",
    Microphone: "Microfone",
    Choices: {
      cameraOff: "Começar com a câmera desligada",
      muted: "Começar com o microfone desligado",
      blur: "Desfocar as outras pessoas até eu querer ver",
      keepCamera: "Deixar minha câmera ligada entre chats",
      direct:
        "Perguntar antes de uma chamada que mostre meu endereço IP; senão, não haverá nenhuma",
    },
    MoreChoices: "Mais opções",
    Back: "Voltar",
    Devices: {
      camera: {
        opening: "Seu navegador pergunta se esta página pode usar sua câmera.",
        off: "Sua câmera está desligada.",
        denied:
          "Esta página não pode usar sua câmera. Você pode permitir isso para esta página nas configurações do navegador ou continuar sem câmera.",
        missing: "Nenhuma câmera encontrada. Você pode conectar uma ou continuar sem ela.",
        busy:
          "Outro programa está usando sua câmera. Feche-o e tente de novo, ou continue sem ela.",
        unsupported:
          "Este navegador não permite usar a câmera nesta página. Você pode continuar sem ela.",
      },
      microphone: {
        opening: "Seu navegador pergunta se esta página pode usar seu microfone.",
        off: "Seu microfone está desligado.",
        denied:
          "Esta página não pode usar seu microfone. Você pode permitir isso para esta página nas configurações do navegador ou continuar sem microfone.",
        missing: "Nenhum microfone encontrado. Você pode conectar um ou continuar sem ele.",
        busy:
          "Outro programa está usando seu microfone. Feche-o e tente de novo, ou continue sem ele.",
        unsupported:
          "Este navegador não permite usar o microfone nesta página. Você pode continuar sem ele.",
      },
    },

    Call: "Chamada",
    OneMoment: "Um instante…",
    StrangerWants: "A outra pessoa quer fazer uma chamada de vídeo",
    ShowAddresses: "Mostrar os endereços IP entre vocês?",
    Directly:
      "Não há servidor intermediário aqui, então a chamada vai direto do seu aparelho para o da outra pessoa. Uma chamada direta mostra seu endereço IP a ela, e o dela a você. Só começa se as duas partes concordarem.",
    ByRelay:
      "Ela passa por um servidor intermediário, então nenhum dos endereços IP aparece. Sua câmera e seu microfone começam como você escolheu.",
    CallDirectly: "Ligar direto",
    JoinCall: "Entrar na chamada",
    StayWithText: "Ficar no texto",
    WaitingForStranger: "Esperando a outra pessoa entrar…",
    NoCall: "Desta vez, sem chamada",
    Failures: {
      "no-route":
        "Seu aparelho e o da outra pessoa não encontraram um caminho entre si. Algumas redes não permitem nenhum.",
      "no-relay":
        "Não foi possível alcançar o servidor intermediário de chamadas, ao menos de um dos lados.",
      "too-fast": "Foram muitas chamadas em pouco tempo. Espere um instante.",
    },
    GoOnByText: "Continuar por texto",
    StrangersPicture: "Imagem da outra pessoa",
    YourPicture: "Sua imagem",
    ShowPicture: "Mostrar a imagem",
    Connecting: "Conectando…",
    Broke: "A conexão caiu. Procurando outro caminho…",
    StrangerNoCamera: "A câmera da outra pessoa está desligada.",
    StrangerNothing: "A câmera e o microfone da outra pessoa estão desligados.",
    StrangerMuted: "O microfone da outra pessoa está desligado.",
    Quality: { 1: "Conexão: ruim", 2: "Conexão: razoável", 3: "Conexão: boa" },
    YourDevices: "Seus aparelhos",
    CameraOn: "Com câmera",
    CameraOff: "Sem câmera",
    MicOn: "Com microfone",
    MicOff: "Sem microfone",
    More: "Mais",
    Volume: "Volume",
    SwapPictures: "Trocar imagens",
    PopOut: "Imagem flutuante",
    FullScreen: "Tela cheia",
    EndCall: "Encerrar",
  },
};
